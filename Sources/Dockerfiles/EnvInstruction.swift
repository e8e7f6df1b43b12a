/// `ENV k=v ...`: environment of the following RUN instructions and of the image.
package struct EnvInstruction: Sendable, Hashable {
  /// In order; a later value for the same name wins. No value sees another one of the same instruction.
  package let variables: [KeyValue]

  init(_ text: inout InstructionText) throws(DockerfileError) {
    try text.flags.finish()
    variables = try KeyValue.pairs(text)
  }
}
