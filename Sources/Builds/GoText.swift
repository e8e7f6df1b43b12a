/// Values as Go's fmt prints them, in which BuildKit writes histories.
///
/// Source: Go's packages `fmt`, `strconv` and `time`.
enum GoText {
  /// `%q` of a list of words: `["a" "b\n"]`.
  static func quoted(_ words: [String]) -> String {
    "[" + words.map(quoted).joined(separator: " ") + "]"
  }

  /// `%v` of a list of words: `[a b]`.
  static func plain(_ words: [String]) -> String { "[" + words.joined(separator: " ") + "]" }

  private static func quoted(_ word: String) -> String {
    var text = "\""
    for scalar in word.unicodeScalars {
      switch scalar {
      case "\"", "\\": text += "\\\(scalar)"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case "\u{7}": text += "\\a"
      case "\u{8}": text += "\\b"
      case "\u{c}": text += "\\f"
      case "\u{b}": text += "\\v"
      case _ where scalar.value < 0x20 || scalar.value == 0x7f: text += "\\x" + padded(scalar.value, 2)
      case _ where isPrintable(scalar): text.unicodeScalars.append(scalar)
      default: text += scalar.value > 0xffff ? "\\U" + padded(scalar.value, 8) : "\\u" + padded(scalar.value, 4)
      }
    }
    return text + "\""
  }

  private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
    case .spaceSeparator: scalar == " "
    default: true
    }
  }

  private static func padded(_ value: UInt32, _ width: Int) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: width - digits.count) + digits
  }

  /// A duration in nanoseconds, such as `1m30s`, `1.5s`, `250ms`.
  static func duration(_ nanoseconds: Int) -> String {
    guard nanoseconds != 0 else { return "0s" }
    let sign = nanoseconds < 0 ? "-" : ""
    let magnitude = nanoseconds.magnitude
    for (unit, size) in [("ns", UInt(1)), ("µs", 1000), ("ms", 1_000_000)] where magnitude < size * 1000 {
      return sign + decimal(magnitude, in: size) + unit
    }
    let minutes = magnitude / 60_000_000_000
    let seconds = decimal(magnitude % 60_000_000_000, in: 1_000_000_000) + "s"
    if minutes == 0 { return sign + seconds }
    return sign + (minutes >= 60 ? "\(minutes / 60)h" : "") + "\(minutes % 60)m" + seconds
  }

  private static func decimal(_ value: UInt, in unit: UInt) -> String {
    var fraction = String(value % unit + unit).dropFirst()
    while fraction.last == "0" { fraction.removeLast() }
    return "\(value / unit)" + (fraction.isEmpty ? "" : ".\(fraction)")
  }
}
