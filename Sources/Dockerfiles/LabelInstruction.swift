/// `LABEL k=v ...`: metadata of the image.
package struct LabelInstruction: Sendable, Hashable {
  /// In order; a later value for the same name wins.
  package let labels: [KeyValue]

  init(_ text: inout InstructionText) throws(DockerfileError) {
    try text.flags.finish()
    labels = try KeyValue.pairs(text)
  }
}
