/// A place in a Dockerfile that a rule does not like.
package struct Finding: Sendable, Hashable {
  package let rule: CheckRule
  /// What is wrong here, in a sentence without a full stop.
  package let detail: String
  /// Lines of the file, from 1.
  package let lines: ClosedRange<Int>

  init(_ rule: CheckRule, _ detail: String, at range: SourceRange) {
    self.init(rule, detail, lines: range.start.line...max(range.start.line, range.end.line))
  }

  init(_ rule: CheckRule, _ detail: String, lines: ClosedRange<Int>) {
    self.rule = rule
    self.detail = detail
    self.lines = lines
  }

  /// Such as `JSONArgsRecommended: ... (line 4)`, as a build tells it.
  package var summary: String { "\(rule.name): \(detail) (line \(lines.lowerBound))" }

  /// The finding with its rule, its place and the lines around it, for people.
  package func description(in source: SourceText) -> String {
    var text = "\(rule.name) - \(rule.url)\n\(detail)\n\(source.file):\(lines.lowerBound)\n"
    let rule = String(repeating: "-", count: 20) + "\n"
    text += rule
    let shown = max(lines.lowerBound - Self.around, 1)...max(lines.upperBound + Self.around, 1)
    for number in shown where source.lines.indices.contains(number - 1) {
      let digits = String(number)
      let label = String(repeating: " ", count: max(4 - digits.count, 0)) + digits
      let mark = lines.contains(number) ? ">>>" : "   "
      text += "\(label) | \(mark) \(Self.shown(source.lines[number - 1]))\n"
    }
    return text + rule
  }

  /// How many lines are shown before and after those that are meant.
  private static let around = 2

  /// Control characters would move the cursor of a terminal, and an endless line would hide the rest.
  private static func shown(_ line: String) -> String {
    let scalars = line.unicodeScalars.prefix(160).map { scalar in
      scalar.properties.generalCategory == .control && scalar != "\t" ? "\u{FFFD}" : scalar
    }
    return String(String.UnicodeScalarView(scalars))
  }
}
