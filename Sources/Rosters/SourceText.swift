/// A text as YAML counts it: lines, and columns in Unicode scalars.
struct SourceText: Sendable {
  private(set) var scalars: [Unicode.Scalar]
  /// The offset of each line's first scalar.
  private let lineStarts: [Int]

  init(_ text: String) {
    scalars = Array(text.unicodeScalars)
    var starts = [0]
    for (offset, scalar) in scalars.enumerated() where Self.endsLine(scalar) {
      // A carriage return and the line feed after it end one line together.
      if scalar == "\r", offset + 1 < scalars.count, scalars[offset + 1] == "\n" { continue }
      starts.append(offset + 1)
    }
    lineStarts = starts
  }

  /// Every line with its break.
  var lines: [ArraySlice<Unicode.Scalar>] {
    lineStarts.indices.map { index in
      scalars[lineStarts[index]..<(index + 1 < lineStarts.count ? lineStarts[index + 1] : scalars.count)]
    }
  }

  /// The offset of a place among the scalars; nil when the text has no such place.
  func offset(of position: Position) -> Int? {
    guard position.column >= 1, lineStarts.indices.contains(position.line - 1) else { return nil }
    let offset = lineStarts[position.line - 1] + position.column - 1
    return offset <= scalars.count ? offset : nil
  }

  func position(of offset: Int) -> Position {
    let after = lineStarts.firstIndex { $0 > offset } ?? lineStarts.count
    return Position(line: after, column: offset - lineStarts[after - 1] + 1)
  }

  /// The place itself, or the end of the text when it lies beyond: libyaml counts a line more where the last one has no
  /// break.
  func clamped(_ position: Position) -> Position {
    offset(of: position) == nil ? self.position(of: scalars.count) : position
  }

  func scalar(at position: Position) -> Unicode.Scalar? {
    offset(of: position).flatMap { scalars.indices.contains($0) ? scalars[$0] : nil }
  }

  /// The first scalar that YAML does not allow in a text (YAML 1.1, 5.1 `c-printable`); a tab is allowed.
  var firstUnprintable: (scalar: Unicode.Scalar, position: Position)? {
    scalars.firstIndex { !Self.isPrintable($0) }.map { (scalars[$0], position(of: $0)) }
  }

  /// The line breaks of YAML 1.1, 5.4.
  private static func endsLine(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x0A, 0x0D, 0x85, 0x2028, 0x2029: true
    default: false
    }
  }

  private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09, 0x0A, 0x0D, 0x20...0x7E, 0x85, 0xA0...0xD7FF, 0xE000...0xFEFE, 0xFF00...0xFFFD, 0x10000...: true
    default: false
    }
  }
}
