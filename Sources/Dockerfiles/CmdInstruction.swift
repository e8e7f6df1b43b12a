/// `CMD command`: what a container runs, or the default arguments of its entrypoint.
package struct CmdInstruction: Sendable, Hashable {
  /// Empty to take away the base's.
  package let command: CommandForm

  init(_ text: inout InstructionText) throws(DockerfileError) {
    try text.flags.finish()
    command = try CommandForm(text.arguments, in: text.source)
  }
}
