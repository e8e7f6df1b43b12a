/// A set of bytes, to tell in one step what a token is made of.
struct ByteSet: Sendable {
  private var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

  init(_ bytes: some Sequence<UInt8>) {
    for byte in bytes { insert(byte) }
  }

  init(_ text: String, and others: ByteSet...) {
    self.init(text.utf8)
    for other in others {
      words = (
        words.0 | other.words.0, words.1 | other.words.1, words.2 | other.words.2, words.3 | other.words.3
      )
    }
  }

  private mutating func insert(_ byte: UInt8) {
    let bit: UInt64 = 1 << UInt64(byte & 63)
    switch byte >> 6 {
    case 0: words.0 |= bit
    case 1: words.1 |= bit
    case 2: words.2 |= bit
    default: words.3 |= bit
    }
  }

  func contains(_ byte: UInt8) -> Bool {
    let word: UInt64
    switch byte >> 6 {
    case 0: word = words.0
    case 1: word = words.1
    case 2: word = words.2
    default: word = words.3
    }
    return word >> UInt64(byte & 63) & 1 != 0
  }

  static let digits = ByteSet("0123456789")
  static let capitals = ByteSet("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
  static let small = ByteSet("abcdefghijklmnopqrstuvwxyz")
  static let alphanumeric = ByteSet("", and: digits, capitals, small)
  /// RFC 4648, section 6: what AWS writes the ids of keys in.
  static let base32 = ByteSet("234567", and: capitals)
  /// RFC 4648, section 4, with its padding.
  static let base64 = ByteSet("+/=", and: alphanumeric)
  /// RFC 4648, section 5, as tokens have it.
  static let base64URL = ByteSet("-_", and: alphanumeric)
  static let hexadecimal = ByteSet("abcdefABCDEF", and: digits)
  static let name = ByteSet("_", and: alphanumeric)
  static let blank = ByteSet(" \t")
  static let space = ByteSet(" \t\r\n")
  /// What ends a value that stands without quotes.
  static let valueEnd = ByteSet(" \t\r\n\"'`,;)]}<>\0")
}
