import CCrypto

/// Bytes that nobody can guess, from libcrypto's generator.
package enum RandomBytes {
  /// - Throws: `NativeError` when the generator cannot be seeded.
  package static func make(count: Int) throws(NativeError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    guard RAND_bytes(&bytes, Int32(count)) == 1 else {
      throw NativeError(operation: "make random bytes", reason: "the generator has no entropy")
    }
    return bytes
  }

  /// A name that no file has: 16 hexadecimal digits.
  package static func name() throws(NativeError) -> String {
    let digits = String(try make(count: 8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
