/// Reads the JSON arrays of strings of the exec form.
///
/// Source: RFC 8259; the Dockerfile reference, "Shell and exec form".
struct JSONStrings {
  private let text: Fragment
  private var index = 0
  /// Set once a value is found that is no string: then the text, if it is JSON at all, is an error.
  private var other: SourceLocation?
  /// Arrays in arrays are only read to see if the text is JSON; nobody means more of them than this.
  private static let maximumDepth = 64

  /// The strings, or nil when the text is not a JSON array.
  ///
  /// - Throws: `.syntax` when it is one, with something else than strings in it.
  static func parse(_ text: Fragment, in source: SourceText) throws(DockerfileError) -> [Fragment]? {
    guard text.hasPrefix("[") else { return nil }
    var reader = JSONStrings(text: text)
    guard let strings = reader.array(depth: 0) else { return nil }
    reader.skipSpace()
    guard reader.index == text.count else { return nil }
    if let place = reader.other {
      throw source.error(at: place, "a JSON array here may hold strings only", hint: "put \" around this value")
    }
    return strings
  }

  private init(text: Fragment) { self.text = text }

  private var current: Unicode.Scalar? { index < text.count ? text.scalars[index] : nil }

  /// Of what comes next.
  private var place: SourceLocation { index < text.count ? text.places[index] : text.end }

  private mutating func skipSpace() {
    while let scalar = current, " \t\r\n".unicodeScalars.contains(scalar) { index += 1 }
  }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard current == scalar else { return false }
    index += 1
    return true
  }

  private mutating func array(depth: Int) -> [Fragment]? {
    guard depth < Self.maximumDepth, take("[") else { return nil }
    var strings: [Fragment] = []
    skipSpace()
    if take("]") { return strings }
    repeat {
      skipSpace()
      if current == "\"" {
        guard let string = string() else { return nil }
        strings.append(string)
      } else {
        other = other ?? place
        guard value(depth: depth) else { return nil }
      }
      skipSpace()
    } while take(",")
    return take("]") ? strings : nil
  }

  /// Skips a value that is no string.
  private mutating func value(depth: Int) -> Bool {
    if current == "[" { return array(depth: depth + 1) != nil }
    if current == "{" { return object(depth: depth + 1) }
    for literal in ["true", "false", "null"] where text.scalars[index...].starts(with: literal.unicodeScalars) {
      index += literal.unicodeScalars.count
      return true
    }
    return number()
  }

  private mutating func object(depth: Int) -> Bool {
    guard depth < Self.maximumDepth, take("{") else { return false }
    skipSpace()
    if take("}") { return true }
    repeat {
      skipSpace()
      guard string() != nil else { return false }
      skipSpace()
      guard take(":") else { return false }
      skipSpace()
      guard current == "\"" ? string() != nil : value(depth: depth) else { return false }
      skipSpace()
    } while take(",")
    return take("}")
  }

  private mutating func number() -> Bool {
    _ = take("-")
    let isZero = current == "0"
    let whole = digits()
    guard whole > 0, !isZero || whole == 1 else { return false }
    if take("."), digits() == 0 { return false }
    if take("e") || take("E") {
      if !take("+") { _ = take("-") }
      return digits() > 0
    }
    return true
  }

  private mutating func digits() -> Int {
    let start = index
    while let scalar = current, scalar.isDecimalDigit { index += 1 }
    return index - start
  }

  private mutating func string() -> Fragment? {
    guard take("\"") else { return nil }
    var string = Fragment(emptyAt: place)
    while let scalar = current {
      let place = place
      index += 1
      switch scalar {
      case "\"": return string
      case "\\":
        guard let escaped = escape() else { return nil }
        string.append(escaped, at: place)
      case "\0"..<" ": return nil
      default: string.append(scalar, at: place)
      }
    }
    return nil
  }

  /// What follows a backslash. Half a surrogate pair becomes U+FFFD.
  private mutating func escape() -> Unicode.Scalar? {
    guard let scalar = current else { return nil }
    index += 1
    switch scalar {
    case "\"", "\\", "/": return scalar
    case "b": return "\u{8}"
    case "f": return "\u{C}"
    case "n": return "\n"
    case "r": return "\r"
    case "t": return "\t"
    case "u":
      guard let unit = hexadecimal() else { return nil }
      if let whole = Unicode.Scalar(unit) { return whole }
      let before = index
      if unit < 0xDC00, take("\\"), take("u"), let low = hexadecimal(), (0xDC00...0xDFFF).contains(low) {
        return Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00))
      }
      index = before
      return "\u{FFFD}"
    default: return nil
    }
  }

  private mutating func hexadecimal() -> UInt32? {
    guard index + 4 <= text.count else { return nil }
    let digits = text.scalars[index..<index + 4]
    guard digits.allSatisfy({ $0.isASCII && $0.properties.isASCIIHexDigit }) else { return nil }
    index += 4
    return UInt32(String(String.UnicodeScalarView(digits)), radix: 16)
  }
}
