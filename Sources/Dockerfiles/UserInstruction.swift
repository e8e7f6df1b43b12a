/// `USER name[:group]`: who runs what follows, by name or number.
package struct UserInstruction: Sendable, Hashable {
  /// All of the line. Expanded.
  package let user: Word

  init(_ text: inout InstructionText) throws(DockerfileError) {
    try text.flags.finish()
    user = try text.wholeArgument()
  }
}
