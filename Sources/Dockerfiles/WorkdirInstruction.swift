/// `WORKDIR directory`: the working directory of what follows; relative to the one before.
package struct WorkdirInstruction: Sendable, Hashable {
  /// All of the line. Expanded.
  package let directory: Word

  init(_ text: inout InstructionText) throws(DockerfileError) {
    try text.flags.finish()
    directory = try text.wholeArgument()
  }
}
