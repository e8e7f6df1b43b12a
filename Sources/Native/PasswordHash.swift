import CCrypt
import Glibc

/// A password's yescrypt hash, as `/etc/shadow` holds it: `$y$…`.
///
/// Source: crypt(5), crypt_gensalt(3), crypt_r(3) of libxcrypt.
package enum PasswordHash {
  /// Hashes `password` with a fresh salt at libxcrypt's default cost.
  ///
  /// - Throws: `NativeError` when libcrypt knows no yescrypt; the password is never part of it.
  package static func make(of password: String) throws(NativeError) -> String {
    var setting = [CChar](repeating: 0, count: Int(CRYPT_GENSALT_OUTPUT_SIZE))
    guard crypt_gensalt_rn("$y$", 0, nil, 0, &setting, Int32(setting.count)) != nil else {
      throw NativeError(operation: "make a salt", reason: String(cString: strerror(errno)), errno: errno)
    }
    return try hash(password, setting: setting)
  }

  /// Whether `password` is the one that `hash` was made of.
  package static func matches(_ password: String, _ hash: String) -> Bool {
    (try? Self.hash(password, setting: Array(hash.utf8CString))) == hash
  }

  private static func hash(_ password: String, setting: [CChar]) throws(NativeError) -> String {
    let data = UnsafeMutablePointer<crypt_data>.allocate(capacity: 1)
    defer { data.deallocate() }
    memset(data, 0, MemoryLayout<crypt_data>.size)
    // crypt_r marks failure by a result that starts with an asterisk.
    guard let result = crypt_r(password, setting, data), result.pointee != CChar(UInt8(ascii: "*")) else {
      throw NativeError(operation: "hash a password", reason: String(cString: strerror(errno)), errno: errno)
    }
    defer { memset(data, 0, MemoryLayout<crypt_data>.size) }
    return String(cString: result)
  }
}
