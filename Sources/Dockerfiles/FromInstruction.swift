/// `FROM [--platform=P] image [AS name]`: begins a stage.
package struct FromInstruction: Sendable, Hashable {
  /// An image, the name of an earlier stage, or `scratch`. Expanded with the global arguments.
  package let image: Word
  /// The value of `--platform`, such as `linux/arm64` or `$BUILDPLATFORM`. Expanded with the global arguments.
  package let platform: Word?
  /// The name of the stage, in lower case.
  package let name: String?
  /// `AS` and the name as they are written; nil when the stage has no name.
  let alias: Alias?

  struct Alias: Sendable, Hashable {
    let keyword: String
    let name: String
  }

  init(_ text: inout InstructionText) throws(DockerfileError) {
    platform = try text.flags.word("platform")
    try text.flags.finish()
    let words = try text.words()
    guard words.count == 1 || words.count == 3 && words[1].text.lowercased() == "as" else {
      throw text.error(
        "FROM takes an image, and AS with the name of the stage", hint: "write FROM IMAGE, or FROM IMAGE AS NAME")
    }
    image = words[0]
    guard words.count == 3 else {
      name = nil
      alias = nil
      return
    }
    let name = words[2].text.lowercased()
    guard Self.isStageName(name) else {
      throw text.source.error(
        at: words[2].location, "'\(words[2].text)' cannot be the name of a stage",
        hint: "begin with a letter, and use letters, digits, '-', '_' and '.' only")
    }
    self.name = name
    alias = Alias(keyword: words[1].text, name: words[2].text)
  }

  private static func isStageName(_ name: String) -> Bool {
    let scalars = name.unicodeScalars
    guard let first = scalars.first, ("a"..."z").contains(first) else { return false }
    return scalars.allSatisfy { ("a"..."z").contains($0) || $0.isDecimalDigit || "-_.".unicodeScalars.contains($0) }
  }
}
