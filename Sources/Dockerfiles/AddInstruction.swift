/// `ADD [flags] source... destination`: like COPY, and also URLs, git repositories and archives.
package struct AddInstruction: Sendable, Hashable {
  package let sources: CopySources
  /// `user[:group]`, by name or number. Expanded.
  package let chown: Word?
  /// Octal, or symbolic as of chmod(1). Expanded.
  package let chmod: Word?
  /// Whether the layer is made without looking at what lies below it.
  package let link: Bool
  /// `sha256:hex` of the one remote source. Expanded.
  package let checksum: Word?
  /// Whether `.git` of a repository stays; nil when not given.
  package let keepGitDirectory: Bool?
  /// Whether archives are extracted; nil for the default: local ones are, remote ones are not.
  package let unpack: Bool?
  /// Patterns of files to leave out. Expanded.
  package let exclude: [Word]

  init(_ text: inout InstructionText) throws(DockerfileError) {
    chown = try text.flags.word("chown")
    chmod = try text.flags.word("chmod")
    link = try text.flags.bool("link") ?? false
    checksum = try text.flags.word("checksum")
    keepGitDirectory = try text.flags.bool("keep-git-dir")
    unpack = try text.flags.bool("unpack")
    exclude = try text.flags.words("exclude")
    try text.flags.finish()
    sources = try CopySources(text)
  }
}
