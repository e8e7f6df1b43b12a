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

  /// In lower case; nil when the stage has none.
  package var name: String? { from.name }

  init(index: Int, from: FromInstruction, range: SourceRange, source: String) {
    self.index = index
    self.from = from
    self.range = range
    self.source = source
  }

  mutating func append(_ instruction: Instruction) { instructions.append(instruction) }
}
