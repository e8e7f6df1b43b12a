/// `ENTRYPOINT command`: the program of a container. It takes away a CMD that comes from the base.
package struct EntrypointInstruction: Sendable, Hashable {
  /// Empty to take away the base's.
  package let command: CommandForm

  init(_ text: inout InstructionText) throws(DockerfileError) {
    try text.flags.finish()
    command = try CommandForm(text.arguments, in: text.source)
  }
}
