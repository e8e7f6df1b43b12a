/// `ARG name[=default] ...`: declares build arguments.
package struct ArgInstruction: Sendable, Hashable {
  /// One declared argument.
  package struct Argument: Sendable, Hashable {
    package let name: Word
    /// The default; nil when there is none, and the empty word for `ARG name=`.
    package let value: Word?
  }

  package let arguments: [Argument]

  init(_ text: inout InstructionText) throws(DockerfileError) {
    try text.flags.finish()
    try text.wholeArgument()
    var arguments: [Argument] = []
    for word in WordSplitter(escape: text.escape).split(text.arguments) {
      let (name, value) = word.split(at: "=").map { ($0, Optional($1)) } ?? (word, nil)
      guard !name.isEmpty else {
        throw text.source.error(at: word.start, "a name in ARG is empty", hint: "write ARG NAME or ARG NAME=DEFAULT")
      }
      arguments.append(Argument(name: Word(name), value: value.map(Word.init)))
    }
    self.arguments = arguments
  }
}
