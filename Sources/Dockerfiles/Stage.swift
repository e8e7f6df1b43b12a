/// One FROM and the instructions up to the next.
package struct Stage: Sendable, Hashable {
  /// Counted from 0.
  package let index: Int
  package let from: FromInstruction
  package private(set) var instructions: [Instruction] = []
  /// The FROM itself.
  package let range: SourceRange
  /// The FROM as written, continuations joined.
  package let source: String
  /// The comment on the line above the FROM, without its `#`; nil when there is none.
  package let comment: String?

  /// In lower case; nil when the stage has none.
  package var name: String? { from.name }

  /// `FROM` as it is written.
  var keyword: Substring { source.prefix { !$0.unicodeScalars.contains(where: \.isBlank) } }

  init(index: Int, from: FromInstruction, range: SourceRange, source: String, comment: String?) {
    self.index = index
    self.from = from
    self.range = range
    self.source = source
    self.comment = comment
  }

  mutating func append(_ instruction: Instruction) { instructions.append(instruction) }
}
