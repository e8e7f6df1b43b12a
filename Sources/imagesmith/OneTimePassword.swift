import Native

/// A password for one evening: 80 bits, in letters that are not taken for one another.
enum OneTimePassword {
  static func make() throws -> String {
    let letters = Array("abcdefghjkmnpqrstuvwxyz23456789ABCDEFGHJKMNPQRSTUVWXYZ")
    // Bytes beyond the last whole multiple would make the first letters likelier.
    let limit = 256 - 256 % letters.count
    var password = ""
    while password.count < 14 {
      for byte in try RandomBytes.make(count: 32) where Int(byte) < limit && password.count < 14 {
        password.append(letters[Int(byte) % letters.count])
      }
    }
    return password
  }
}
