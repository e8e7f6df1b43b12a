import ArgumentParser
import OCI

/// `build --check`: look at the Dockerfile, and build nothing.
struct CheckOption: ParsableArguments {
  @Flag(
    name: .long,
    help: "Build nothing; check the Dockerfile by the rules of docs/checks.md, and exit with 2 if it breaks any.")
  var check = false

  /// Checks the Dockerfile of a context, and prints what is found.
  ///
  /// - Throws: as `CheckReport.end`.
  func run(_ context: String, _ dockerfile: DockerfileOptions, _ options: BuildOptions, _ output: OutputOptions) throws
  {
    var report = CheckReport()
    let file = dockerfile.file ?? context + "/Dockerfile"
    let inputs = DockerfileCheck.inputs(
      arguments: try options.arguments(), platform: .host, target: dockerfile.target)
    try DockerfileCheck.check(file, as: file, context: context, inputs: inputs, into: &report)
    try report.end(output)
  }

  /// The same of the groups' Dockerfiles.
  func run(_ project: Project, _ options: BuildOptions, _ output: OutputOptions) throws {
    var report = CheckReport()
    for group in project.groups {
      try DockerfileCheck.check(group, of: project, arguments: try options.arguments(), into: &report)
    }
    try report.end(output)
  }
}
