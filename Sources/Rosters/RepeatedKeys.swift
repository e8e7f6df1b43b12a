/// Lets Yams read past a key that stands twice in one mapping.
///
/// Yams refuses the whole text there, and names only the place of the key's first use. So that every problem can be
/// reported at once, that first key gets a prefix which tells it apart, and the text is read again; `name(of:)` and
/// `position(of:)` undo the change.
struct RepeatedKeys: Sendable {
  /// The text with the prefixes in it.
  private(set) var text: String
  /// From the private use area: YAML allows it, and no rule of the roster allows it in a key.
  private static let prefix: Unicode.Scalar = "\u{E000}"
  /// Where prefixes were put in, in places of the text as it was given.
  private var insertions: [(position: Position, count: Int)] = []

  init(_ text: String) {
    self.text = text
  }

  /// Tells apart the key that begins at `position` of the present text; false when no plain or quoted key begins there.
  mutating func tellApart(keyAt position: Position) -> Bool {
    let source = SourceText(text)
    guard var offset = source.offset(of: position), offset < source.scalars.count else { return false }
    let original = self.position(of: position)
    // Each round inserts one more than the last, so that a key that stands three times has three different prefixes.
    let count = (insertions.map(\.count).max() ?? 0) + 1
    var column = original.column
    switch source.scalars[offset] {
    case "&", "*", "!", "|", ">", "[", "{", "?": return false
    case "\"", "'":
      offset += 1
      column += 1
    default: break
    }
    var scalars = String.UnicodeScalarView(source.scalars[..<offset])
    scalars.append(contentsOf: repeatElement(Self.prefix, count: count))
    scalars.append(contentsOf: source.scalars[offset...])
    text = String(scalars)
    insertions.append((Position(line: original.line, column: column), count))
    return true
  }

  /// The key as it was given.
  func name(of key: String) -> String {
    insertions.isEmpty ? key : String(String.UnicodeScalarView(key.unicodeScalars.drop { $0 == Self.prefix }))
  }

  /// The place in the given text of a place in the present text.
  func position(of position: Position) -> Position {
    var column = position.column
    for insertion in insertions.sorted(by: { $0.position < $1.position }) where insertion.position.line == position.line
    {
      guard column > insertion.position.column else { break }
      column = max(insertion.position.column, column - insertion.count)
    }
    return Position(line: position.line, column: column)
  }
}
