import FoundationEssentials
import Glibc

/// Colours and widths of what goes to a terminal; plain text where there is none.
struct TextStyle {
  enum Colour: Int {
    case red = 31
    case green = 32
    case yellow = 33
    case blue = 34
    case magenta = 35
    case cyan = 36
  }

  private let isColoured: Bool
  /// Columns; nil where lines may have any length.
  let width: Int?

  /// For standard output.
  static func standardOutput() -> TextStyle {
    guard isatty(1) == 1 else { return TextStyle(isColoured: false, width: nil) }
    let environment = ProcessInfo.processInfo.environment
    var size = winsize()
    let isKnown = ioctl(1, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
    return TextStyle(
      isColoured: environment["NO_COLOR", default: ""].isEmpty && environment["TERM"] != "dumb",
      width: isKnown ? Int(size.ws_col) : 80)
  }

  init(isColoured: Bool, width: Int?) {
    self.isColoured = isColoured
    self.width = width
  }

  func paint(_ text: String, _ colour: Colour) -> String {
    isColoured ? "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m" : text
  }

  func bold(_ text: String) -> String { isColoured ? "\u{1B}[1m\(text)\u{1B}[0m" : text }
  func faint(_ text: String) -> String { isColoured ? "\u{1B}[2m\(text)\u{1B}[0m" : text }

  /// What of `text` fits when `used` columns of the line are taken.
  func fit(_ text: String, after used: Int) -> String {
    guard let width else { return text }
    return TerminalText.clip(text, to: max(12, width - used))
  }
}

extension String {
  /// On one line and without control characters, by which a hostile image could write to the terminal.
  var printable: String {
    var text = ""
    for scalar in unicodeScalars {
      switch scalar.value {
      case 0x20...0x7e, 0xa0...: text.unicodeScalars.append(scalar)
      case 0x09, 0x0a, 0x0d: text += " "
      default: text += "\\" + String(scalar.value, radix: 8)
      }
    }
    return text
  }

  func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
  func leftPadded(to width: Int) -> String { String(repeating: " ", count: max(0, width - count)) + self }
}

extension [UInt8] {
  /// A file's name as `ls -b` shows it: what is no printable UTF-8 as octal.
  var printableName: String {
    let text = String(decoding: self, as: UTF8.self)
    guard Array(text.utf8) == self else {
      return map { (0x20...0x7e).contains($0) ? String(UnicodeScalar($0)) : Self.octal($0) }.joined()
    }
    return text.unicodeScalars.map { scalar in
      switch scalar.value {
      case 0x20...0x7e, 0xa0...: String(scalar)
      default: String(scalar).utf8.map(Self.octal).joined()
      }
    }.joined()
  }

  private static func octal(_ byte: UInt8) -> String { "\\" + String(byte, radix: 8).leftPadded(with: "0", to: 3) }
}

extension String {
  fileprivate func leftPadded(with character: Character, to width: Int) -> String {
    String(repeating: character, count: max(0, width - count)) + self
  }
}
