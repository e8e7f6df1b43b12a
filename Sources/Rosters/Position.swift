/// A place in the roster's text, counted from 1, the column in Unicode scalars.
struct Position: Sendable, Hashable, Comparable {
  var line: Int
  var column: Int

  static let start = Position(line: 1, column: 1)

  static func < (left: Position, right: Position) -> Bool {
    (left.line, left.column) < (right.line, right.column)
  }
}

/// A value and the place where it was written.
struct Located<Value: Sendable>: Sendable {
  var value: Value
  var position: Position
}
