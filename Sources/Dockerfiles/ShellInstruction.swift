/// `SHELL ["program", "argument", ...]`: what runs the shell form of the instructions that follow.
package struct ShellInstruction: Sendable, Hashable {
  /// At least one string.
  package let arguments: [String]

  init(_ text: inout InstructionText) throws(DockerfileError) {
    try text.flags.finish()
    guard case .exec(let arguments) = try CommandForm(text.arguments, in: text.source), !arguments.isEmpty else {
      throw text.error("SHELL takes a JSON array of at least one string", hint: #"write SHELL ["/bin/sh", "-c"]"#)
    }
    self.arguments = arguments
  }
}
