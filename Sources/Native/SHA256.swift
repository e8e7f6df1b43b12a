import CCrypto

/// SHA-256 over bytes that arrive in pieces, by libcrypto.
///
/// Source: FIPS 180-4.
package struct SHA256: ~Copyable {
  private let context: OpaquePointer

  /// - Throws: `NativeError` when libcrypto has no SHA-256 to give.
  package init() throws(NativeError) {
    context = try Self.makeContext()
  }

  private static func makeContext() throws(NativeError) -> OpaquePointer {
    guard let context = EVP_MD_CTX_new() else {
      throw NativeError(operation: "start SHA-256", reason: "no memory")
    }
    guard EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1 else {
      EVP_MD_CTX_free(context)
      throw NativeError(operation: "start SHA-256", reason: lastError())
    }
    return context
  }

  deinit {
    EVP_MD_CTX_free(context)
  }

  package mutating func update(_ bytes: UnsafeRawBufferPointer) throws(NativeError) {
    guard EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) == 1 else {
      throw NativeError(operation: "update SHA-256", reason: Self.lastError())
    }
  }

  package mutating func update(_ bytes: [UInt8]) throws(NativeError) {
    let done = bytes.withUnsafeBytes { EVP_DigestUpdate(context, $0.baseAddress, $0.count) }
    guard done == 1 else { throw NativeError(operation: "update SHA-256", reason: Self.lastError()) }
  }

  /// The 32 bytes of the digest.
  package consuming func finish() throws(NativeError) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: 32)
    guard EVP_DigestFinal_ex(context, &digest, nil) == 1 else {
      throw NativeError(operation: "finish SHA-256", reason: Self.lastError())
    }
    return digest
  }

  /// The 32 bytes of the digest of `bytes`.
  package static func hash(_ bytes: [UInt8]) throws(NativeError) -> [UInt8] {
    var sha = try SHA256()
    try sha.update(bytes)
    return try sha.finish()
  }

  /// HMAC-SHA-256: 32 bytes. Source: RFC 2104.
  package static func authenticate(_ message: [UInt8], key: [UInt8]) throws(NativeError) -> [UInt8] {
    var code = [UInt8](repeating: 0, count: 32)
    var length: UInt32 = 32
    // HMAC of OpenSSL takes an empty key only as a pointer that is not nil.
    let padded = key.isEmpty ? [0] : key
    guard HMAC(EVP_sha256(), padded, Int32(key.count), message, message.count, &code, &length) != nil else {
      throw NativeError(operation: "HMAC-SHA-256", reason: lastError())
    }
    return code
  }

  private static func lastError() -> String {
    var text = [CChar](repeating: 0, count: 256)
    ERR_error_string_n(ERR_get_error(), &text, text.count)
    return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
