/// `MAINTAINER name`: the author of the image. Deprecated for a label, and not expanded.
package struct MaintainerInstruction: Sendable, Hashable {
  package let name: String

  init(_ text: inout InstructionText) throws(DockerfileError) {
    try text.flags.finish()
    name = try text.wholeArgument().text
  }
}
