/// One thing that is wrong in a roster, and where.
package struct RosterProblem: Sendable, Equatable {
  /// The line, counted from 1.
  package var line: Int
  /// The column, counted from 1 in Unicode scalars.
  package var column: Int
  /// What is wrong; never holds a secret that the file holds.
  package var message: String
  /// What to do about it.
  package var hint: String?

  package init(line: Int, column: Int, message: String, hint: String? = nil) {
    self.line = line
    self.column = column
    self.message = message
    self.hint = hint
  }

  /// `FILE:LINE:COLUMN: error: MESSAGE`, the form that editors and CI logs link, and the hint on an indented line.
  package func rendered(in file: String) -> String {
    let first = "\(file):\(line):\(column): error: \(message)"
    return hint.map { "\(first)\n  hint: \($0)" } ?? first
  }
}
