/// What COPY and ADD bring, and to where.
package struct CopySources: Sendable, Hashable {
  /// Paths, patterns, and for ADD also URLs, in order; expanded, and then matched as `FilePattern`.
  package let paths: [Word]
  /// Files whose content stands in the Dockerfile. A file's name is the heredoc's.
  package let files: [Heredoc]
  /// Expanded. A directory when it ends in a slash.
  package let destination: Word

  init(_ text: InstructionText) throws(DockerfileError) {
    let words = try text.pathWords()
    guard words.count >= 2, let destination = words.last else {
      throw text.error(
        "\(text.name) needs a source and a destination", hint: "write \(text.name) SOURCE... DESTINATION")
    }
    let openings = text.heredocs.isEmpty ? [] : Set(Heredoc.openings(in: text.arguments).flatMap(\.place.places))
    guard !openings.contains(destination.location) else {
      throw text.source.error(
        at: destination.location, "the destination of \(text.name) cannot be a heredoc",
        hint: "write the destination after it")
    }
    self.destination = destination
    paths = words.dropLast().filter { !openings.contains($0.location) }
    files = text.heredocs
  }
}
