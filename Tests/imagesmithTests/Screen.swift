@testable import imagesmith

/// What is visible on a terminal: enough of one to show that a live display leaves the right things on it.
///
/// Source: ECMA-48; wrapping and rewrapping as VTE and others do it.
struct Screen {
  private(set) var columns: Int
  /// Logical lines, which the terminal wraps at its width.
  private var lines: [[Unicode.Scalar]] = [[]]
  /// The logical line that the cursor is in, and the offset in columns from its start.
  private var line = 0
  private var offset = 0
  private(set) var isCursorVisible = true
  /// Parameters of SGR that are on.
  private(set) var style = 0

  init(columns: Int) { self.columns = columns }

  /// The terminal becomes narrower or wider, and wraps its lines anew.
  mutating func resize(columns: Int) { self.columns = columns }

  /// The rows as people see them, without blanks at their ends.
  var rows: [String] {
    lines.flatMap { line -> [String] in
      var rows: [String.UnicodeScalarView] = [.init()]
      var width = 0
      for scalar in line {
        let columnsOfIt = TerminalText.width(of: scalar)
        if width + columnsOfIt > columns {
          rows.append(.init())
          width = 0
        }
        rows[rows.count - 1].append(scalar)
        width += columnsOfIt
      }
      return rows.map { String($0).replacing(/\ +$/, with: "") }
    }
  }

  /// Whether the cursor stands at the start of an empty line below all others.
  var isCursorAtRest: Bool {
    isCursorVisible && style == 0 && offset == 0 && line == lines.count - 1 && lines[line].isEmpty
  }

  mutating func write(_ text: String) {
    var rest = text.unicodeScalars[...]
    while let scalar = rest.popFirst() {
      switch scalar {
      case "\n":
        line += 1
        offset = 0
        if line == lines.count { lines.append([]) }
      case "\r": offset = 0
      case "\u{1B}": control(&rest)
      default:
        lines[line].append(scalar)
        offset += TerminalText.width(of: scalar)
      }
    }
  }

  private mutating func control(_ rest: inout Substring.UnicodeScalarView) {
    precondition(rest.popFirst() == "[", "a sequence that the model does not know")
    var parameters = ""
    while let scalar = rest.popFirst() {
      guard scalar.properties.isAlphabetic else {
        parameters.unicodeScalars.append(scalar)
        continue
      }
      switch (scalar, parameters) {
      case ("A", _): up(Int(parameters) ?? 1)
      case ("J", ""):
        lines.removeSubrange((line + 1)...)
        lines[line] = []
      case ("h", "?25"): isCursorVisible = true
      case ("l", "?25"): isCursorVisible = false
      case ("m", _): style = Int(parameters) ?? 0
      default: preconditionFailure("a sequence that the model does not know: \(parameters)\(scalar)")
      }
      return
    }
  }

  /// Up by rows, of which a long line has several.
  private mutating func up(_ count: Int) {
    var left = count
    while left > 0, line > 0 {
      line -= 1
      let width = lines[line].reduce(0) { $0 + TerminalText.width(of: $1) }
      left -= max(1, (width + columns - 1) / columns)
    }
  }
}
