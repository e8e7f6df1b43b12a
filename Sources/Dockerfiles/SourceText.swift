/// A place in a source file.
package struct SourceLocation: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// Counted from 1.
  package let line: Int
  /// Counted from 1, in Unicode scalars.
  package let column: Int

  package init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }

  /// `line:column`.
  package var description: String { "\(line):\(column)" }

  package static func < (left: SourceLocation, right: SourceLocation) -> Bool {
    (left.line, left.column) < (right.line, right.column)
  }

  func advanced(by columns: Int) -> SourceLocation { SourceLocation(line: line, column: column + columns) }
}

/// From the first scalar of a construct to the place just after its last.
package struct SourceRange: Sendable, Hashable {
  package let start: SourceLocation
  package let end: SourceLocation

  package init(start: SourceLocation, end: SourceLocation) {
    self.start = start
    self.end = end
  }
}

/// A source file as errors show it: its name and its lines, without line terminators.
package struct SourceText: Sendable, Hashable {
  package let file: String
  package let lines: [String]

  package init(file: String, lines: [String]) {
    self.file = file
    self.lines = lines
  }

  /// An error that points at `location`.
  func error(
    _ code: DockerfileError.Code = .syntax, at location: SourceLocation, _ reason: String, hint: String? = nil
  ) -> DockerfileError {
    let index = location.line - 1
    return DockerfileError(
      code: code, reason: reason, file: file, location: location,
      sourceLine: lines.indices.contains(index) ? lines[index] : nil, hint: hint)
  }
}
