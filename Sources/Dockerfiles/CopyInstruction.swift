/// `COPY [flags] source... destination`: files of the context, of a stage or of an image.
package struct CopyInstruction: Sendable, Hashable {
  package let sources: CopySources
  /// A stage by name or number, an image, or a named build context. Never expanded; nil for the build context.
  package let from: Word?
  /// `user[:group]`, by name or number. Expanded.
  package let chown: Word?
  /// Octal, or symbolic as of chmod(1). Expanded.
  package let chmod: Word?
  /// Whether the layer is made without looking at what lies below it.
  package let link: Bool
  /// Whether the directories of a source path are kept below the destination.
  package let parents: Bool
  /// Patterns of files to leave out. Expanded.
  package let exclude: [Word]

  init(_ text: inout InstructionText) throws(DockerfileError) {
    from = try text.flags.word("from")
    chown = try text.flags.word("chown")
    chmod = try text.flags.word("chmod")
    link = try text.flags.bool("link") ?? false
    parents = try text.flags.bool("parents") ?? false
    exclude = try text.flags.words("exclude")
    try text.flags.finish()
    sources = try CopySources(text)
    if let from, from.hasVariable {
      throw text.source.error(
        .flag, at: from.location, "--from is not expanded, so it cannot have the variable '\(from.text)'",
        hint: "name a stage: FROM \(from.text) AS NAME, and --from=NAME")
    }
  }
}
