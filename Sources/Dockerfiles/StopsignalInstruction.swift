/// `STOPSIGNAL signal`: what asks a container to stop, by name or number.
package struct StopsignalInstruction: Sendable, Hashable {
  /// All of the line. Expanded.
  package let signal: Word

  init(_ text: inout InstructionText) throws(DockerfileError) {
    try text.flags.finish()
    signal = try text.wholeArgument()
  }
}
