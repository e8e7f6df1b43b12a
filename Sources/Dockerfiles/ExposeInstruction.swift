/// `EXPOSE port[/protocol] ...`: the ports that a container listens on.
package struct ExposeInstruction: Sendable, Hashable {
  /// Sorted by their bytes as written, as BuildKit has them. Each is expanded, split again where its value has blanks,
  /// and then read as `ExposedPorts`.
  package let ports: [Word]

  init(_ text: inout InstructionText) throws(DockerfileError) {
    try text.flags.finish()
    ports = try text.words().sorted { $0.text.utf8.lexicographicallyPrecedes($1.text.utf8) }
  }
}
