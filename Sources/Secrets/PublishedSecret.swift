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
    // What GnuTLS tests itself with, within libgnutls.
    "0abce0c5fd3b863ee4d881dcc5382b334393868cef4c32e687d87ce334d456b8",
    "24a2416c5abbb67327599619c25906553b849d79cbc413e2a061f12de6718838",
    "30db3ea6d728b88c03c56388f64efb5bfe5e8d0ed3640482108ac79645304e6f",
    "518a21fe5a8a54f8f31d8913c3aa5be433ba94871630b3f85009c146bd3b844e",
    "6d03bbf47115fad00d6f990593a6465ca693d0f6d797721cfc94b0190349b50d",
    "8f642f0351e1761dd3f7d8934a2da0a5eacd7f8a2c0440d8e2bf58ff2a6e847d",
    "9ab6db67523ba6071fdb948b3ce38349ec08fb726f359abbbca33a3a84238ba2",
    "bbe1aa11658d78c055f3d4ea85c76fa05c5728b7ad033122f87ff5948b2a5123",
    "bf552d2ff30b20f0b0ee2bcc357a5ab68dbe899ae09a0071b097bee2d2434332",
    "c780c483da21d36753a9662fc03234d3fda795fe0bad451fbfa01dab43321ac5",
    "cadf1e62661d5d21a7fce2c80b3319022ee366137e4b302a7ea78b7f17d6f599",
    "f287c70b1db074fe73f73bfb1f09a8b0231e0d951d5bfd30a742bcb9de9195ab",
  ]
}
