/// One line of a terminal: text at the left, cut where it does not fit, and at the right a short field that is always
/// there.
struct ScreenLine: Equatable {
  /// Select Graphic Rendition. Source: ECMA-48, 8.3.117.
  enum Style: Int {
    case plain = 0
    case bold = 1
    case faint = 2
    case red = 31
    case green = 32
    case yellow = 33
    case blue = 34
    case cyan = 36
  }

  var left: String
  var right: String
  var style: Style

  init(_ left: String, right: String = "", _ style: Style = .plain) {
    self.left = left
    self.right = right
    self.style = style
  }

  /// The line for a terminal of so many columns, of which the last stays free: a full line would make some terminals wrap.
  func text(columns: Int, isColoured: Bool) -> String {
    let columns = max(columns - 1, 1)
    var field = right
    if TerminalText.width(of: field) + 8 > columns { field = "" }
    let room = field.isEmpty ? columns : columns - TerminalText.width(of: field) - 1
    var line = TerminalText.clip(left, to: room)
    if !field.isEmpty {
      let gap = columns - TerminalText.width(of: field) - TerminalText.width(of: line)
      line += String(repeating: " ", count: gap) + field
    }
    return isColoured && style != .plain ? "\u{1B}[\(style.rawValue)m\(line)\u{1B}[0m" : line
  }
}
