import ArgumentParser
import Builds
import Dockerfiles
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
  func run(
    _ context: String, _ dockerfile: DockerfileOptions, _ options: BuildOptions, _ output: OutputOptions
  ) async throws {
    var report = CheckReport()
    var inputs = DockerfileCheck.inputs(
      arguments: try options.arguments(), platform: try dockerfile.platform.map(PlatformOption.parse) ?? .host,
      target: dockerfile.target)
    do {
      let cache = try BuildCache(directory: Environment.cacheDirectory)
      let input = try await BuildInput.open(context: context, file: dockerfile.file, cache: cache, options.run)
      inputs.ignore = input.context.ignore
      report.add(input.dockerfile, try Inspection(input.dockerfile, inputs))
    } catch let error as DockerfileError where error.code != .pattern {
      report.add(error, file: error.file ?? "Dockerfile")
    }
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
