/// `EXPOSE port[/protocol] ...`: the ports that a container listens on.
package struct ExposeInstruction: Sendable, Hashable {
  /// Each is expanded, and split again where its value has blanks; `8000`, `53/udp` and `7000-7010/tcp` are valid.
  package let ports: [Word]

  init(_ text: inout InstructionText) throws(DockerfileError) {
    try text.flags.finish()
    ports = try text.words()
  }
}
