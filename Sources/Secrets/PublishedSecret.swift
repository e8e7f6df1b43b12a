import Native

/// Secrets that everybody has, as tests and documents of packages bring them: nothing is protected by them.
enum PublishedSecret {
  /// - Parameter bytes: the secret; of a private key its base64, without line breaks.
  static func contains(_ bytes: some Collection<UInt8>) -> Bool {
    guard let hash = try? SHA256.hash(Array(bytes)).hexadecimal else { return false }
    return digests.contains(hash)
  }

  /// SHA-256 of each, so that no other scanner finds them here.
  private static let digests: Set<String> = [
    // The public playground of MinIO, in the documentation of s3contents: the id of its key, and the secret.
    "1bbb9293c38acc5e510d904495845d532df64a9e5996b2ec7c86cc2e2ac33b5a",
    "df452eef23e8cf2c74af54c0c7419c05a5ec70ef4d5c2eb04082b02af8c55598",
  ]
}
