/// `ONBUILD instruction`: an instruction for the builds that start from this image.
package struct OnbuildInstruction: Sendable, Hashable {
  /// What the image's configuration keeps: the instruction as written, heredocs included. `Dockerfile.triggers` reads
  /// it again when a build starts from the image.
  package let trigger: String
}
