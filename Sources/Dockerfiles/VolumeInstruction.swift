/// `VOLUME path ...`: paths of a container that are kept apart from its image.
package struct VolumeInstruction: Sendable, Hashable {
  /// Expanded; none is empty as written.
  package let paths: [Word]

  init(_ text: inout InstructionText) throws(DockerfileError) {
    try text.flags.finish()
    paths = try text.pathWords()
    if paths.isEmpty || paths.contains(where: { $0.text.unicodeScalars.allSatisfy(\.isSpace) }) {
      throw text.error("a path in VOLUME is empty", hint: #"write VOLUME /path, or VOLUME ["/path"]"#)
    }
  }
}
