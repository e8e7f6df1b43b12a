/// A name and its value, as ENV and LABEL have them. Both are expanded.
package struct KeyValue: Sendable, Hashable {
  package let key: Word
  package let value: Word
  /// Written in the old form, with a blank instead of `=`.
  var isLegacy = false

  /// Reads `k=v k2="v 2"`, or the old form `k the rest of the line`, which has one pair.
  ///
  /// - Throws: `.syntax` when there is no pair, a key is empty, or a later word has no `=`.
  static func pairs(_ text: InstructionText) throws(DockerfileError) -> [KeyValue] {
    try text.wholeArgument()
    let words = WordSplitter(escape: text.escape).split(text.arguments)
    guard let first = words.first, first.scalars.contains("=") else {
      let (key, value) = text.arguments.splitFirstWord()
      guard !value.isEmpty else {
        throw text.error("\(text.name) '\(key.text)' has no value", hint: "write \(text.name) \(key.text)=VALUE")
      }
      return [KeyValue(key: Word(key), value: Word(value), isLegacy: true)]
    }
    var pairs: [KeyValue] = []
    for word in words {
      guard let (key, value) = word.split(at: "=") else {
        throw text.source.error(
          at: word.start, "'\(word.text)' has no =", hint: "write NAME=VALUE, with quotes around a value with blanks")
      }
      guard !key.isEmpty else {
        throw text.source.error(at: word.start, "a name in \(text.name) is empty", hint: "write NAME=VALUE")
      }
      pairs.append(KeyValue(key: Word(key), value: Word(value)))
    }
    return pairs
  }
}
