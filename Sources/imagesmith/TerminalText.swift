/// Text as a terminal shows it: how many columns it takes, and without what would move the cursor.
enum TerminalText {
  /// The columns of one scalar: 0 for what joins the one before, 2 for East Asian wide ones and emoji, else 1.
  ///
  /// Source: Unicode Standard Annex 11, "East Asian Width".
  static func width(of scalar: Unicode.Scalar) -> Int {
    if scalar.isASCII { return scalar.value < 32 || scalar.value == 127 ? 0 : 1 }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format, .control: return 0
    default: return wide.contains { $0.contains(scalar.value) } ? 2 : 1
    }
  }

  private static let wide: [ClosedRange<UInt32>] = [
    0x1100...0x115F, 0x231A...0x231B, 0x2329...0x232A, 0x23E9...0x23EC, 0x25FD...0x25FE, 0x2614...0x2615,
    0x2648...0x2653, 0x26AA...0x26AB, 0x26BD...0x26BE, 0x26C4...0x26C5, 0x2705...0x2705, 0x270A...0x270B,
    0x2728...0x2728, 0x274C...0x274C, 0x2753...0x2755, 0x2795...0x2797, 0x2B1B...0x2B1C, 0x2B50...0x2B50,
    0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF, 0xA960...0xA97C,
    0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x1F004...0x1F004,
    0x1F18E...0x1F18E, 0x1F191...0x1F19A, 0x1F200...0x1F320, 0x1F32D...0x1F64F, 0x1F680...0x1F6FF,
    0x1F7E0...0x1F7EB, 0x1F90C...0x1FAFF, 0x20000...0x3FFFD,
  ]

  static func width(of text: String) -> Int { text.unicodeScalars.reduce(0) { $0 + width(of: $1) } }

  /// The text, if need be cut to so many columns, an ellipsis its last.
  static func clip(_ text: String, to columns: Int) -> String {
    guard width(of: text) > columns else { return text }
    guard columns > 0 else { return "" }
    var clipped = String.UnicodeScalarView()
    var used = 0
    for scalar in text.unicodeScalars {
      used += width(of: scalar)
      if used > columns - 1 { break }
      clipped.append(scalar)
    }
    return String(clipped) + "…"
  }

  /// One line of what a program wrote, as it would look at the end: escape sequences and control characters gone, tabs
  /// spaces, and what a carriage return has overwritten left out.
  static func plain(_ line: some Sequence<UInt8>) -> String {
    let text = String(decoding: Array(line), as: UTF8.self)
    var plain = String.UnicodeScalarView()
    var columns = 0
    // A return at the end overwrites nothing.
    var rest = text.unicodeScalars.split(separator: "\r").last ?? Substring.UnicodeScalarView()
    while let scalar = rest.popFirst() {
      switch scalar {
      case "\u{1B}": skipSequence(&rest)
      case "\t":
        let spaces = 8 - columns % 8
        plain.append(contentsOf: repeatElement(" ", count: spaces))
        columns += spaces
      case "\u{8}": if !plain.isEmpty { plain.removeLast() }
      case _ where scalar.properties.generalCategory == .control: break
      default:
        plain.append(scalar)
        columns += width(of: scalar)
      }
    }
    return String(plain)
  }

  /// Skips what follows ESC. Source: ECMA-48, 5.4 and 5.6.
  private static func skipSequence(_ rest: inout Substring.UnicodeScalarView) {
    switch rest.popFirst() {
    case "[":
      while let scalar = rest.popFirst(), !("@"..."~").contains(scalar) {}
    case "]", "P", "X", "^", "_":
      while let scalar = rest.popFirst(), scalar != "\u{7}" {
        if scalar == "\u{1B}" {
          _ = rest.popFirst()
          break
        }
      }
    case let scalar? where (" "..."/").contains(scalar): _ = rest.popFirst()
    default: break
    }
  }
}
