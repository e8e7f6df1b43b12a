/// Collects the problems of one file while it is read.
struct Diagnostics: Sendable {
  private var found: [RosterProblem] = []
  /// The lines on which a secret was found: one finding is enough.
  private var secretLines: Set<Int> = []

  var isEmpty: Bool { found.isEmpty }

  /// In the order of the lines; what was found first comes first where places are the same.
  var problems: [RosterProblem] {
    found.enumerated().sorted {
      ($0.element.line, $0.element.column, $0.offset) < ($1.element.line, $1.element.column, $1.offset)
    }.map(\.element)
  }

  mutating func report(_ message: String, at position: Position, hint: String? = nil) {
    found.append(RosterProblem(line: position.line, column: position.column, message: message, hint: hint))
  }

  mutating func report(_ flaw: Flaw, at position: Position) {
    report(flaw.message, at: position, hint: flaw.hint)
  }

  /// Reports a secret, unless another one was already reported on that line.
  mutating func reportSecret(_ flaw: Flaw, at position: Position) {
    guard secretLines.insert(position.line).inserted else { return }
    report(flaw, at: position)
  }

  /// The result of `parse`, or nil when it found a flaw, which is then reported at the value's place.
  mutating func accept<Raw, Value>(
    _ raw: Located<Raw>, _ parse: (Raw) throws(Flaw) -> Value
  ) -> Located<Value>? {
    do {
      return Located(value: try parse(raw.value), position: raw.position)
    } catch {
      report(error, at: raw.position)
      return nil
    }
  }
}
