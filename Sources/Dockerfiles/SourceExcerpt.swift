/// The lines of a file around a place, that place marked: what an error shows beneath its message.
package struct SourceExcerpt: Sendable, Hashable, CustomStringConvertible {
  /// How many lines stand before the marked ones, and after them.
  private static let margin = 2
  /// A long heredoc is shown as far as this many lines.
  private static let limit = 12
  /// Columns; what a line has beyond them is cut off.
  private static let width = 160

  private let source: SourceText
  private let range: SourceRange

  package init(_ source: SourceText, _ range: SourceRange) {
    self.source = source
    self.range = range
  }

  /// `  12 | >>> RUN make`, a line each.
  package var description: String {
    // A range that ends before the first column of a line ends with the line before.
    let end = range.end.column == 1 && range.end.line > range.start.line ? range.end.line - 1 : range.end.line
    let marked = range.start.line...max(range.start.line, end)
    let first = max(1, marked.lowerBound - Self.margin)
    let last = min(source.lines.count, min(marked.upperBound, marked.lowerBound + Self.limit - 1) + Self.margin)
    guard first <= last else { return "" }
    let digits = String(last).count
    return (first...last).map { number in
      let padding = String(repeating: " ", count: digits - String(number).count)
      let text = source.lines[number - 1].unicodeScalars.prefix(Self.width).map(DockerfileError.printable)
      let line =
        "  \(padding)\(number) | \(marked.contains(number) ? ">>> " : "    ")" + String(String.UnicodeScalarView(text))
      return line.replacing(/\s+$/, with: "")
    }.joined(separator: "\n")
  }
}
