/// What a Dockerfile is checked with, beside its text: the same as a build would get.
package struct CheckInputs: Sendable {
  /// What is known of an image that a FROM names.
  package struct Base: Sendable {
    /// `NAME=value` each.
    package var environment: [String]
    /// `os/architecture[/variant]`.
    package var platform: String

    package init(environment: [String], platform: String) {
      self.environment = environment
      self.platform = platform
    }
  }

  /// `--build-arg`.
  package var buildArguments: [String: String]
  /// As `PredefinedArgs.platformValues` gives them.
  package var platform: [String: String]
  /// Of the build context; nil where it has none.
  package var ignore: DockerIgnore?
  /// A stage by name or number.
  package var target: String?
  /// Whether stages that the target does not need are checked too. They always are where no target is named.
  package var checksAllStages: Bool
  /// What is known of the image of a name, as FROM has it, expanded; nil where nothing is.
  package var base: @Sendable (String) -> Base?

  package init(
    buildArguments: [String: String] = [:],
    platform: [String: String] = PredefinedArgs.platformValues(
      build: "linux/amd64", target: "linux/amd64", stage: nil), ignore: DockerIgnore? = nil, target: String? = nil,
    checksAllStages: Bool = true, base: @escaping @Sendable (String) -> Base? = { _ in nil }
  ) {
    self.buildArguments = buildArguments
    self.platform = platform
    self.ignore = ignore
    self.target = target
    self.checksAllStages = checksAllStages
    self.base = base
  }
}
