import ArgumentParser
import Builds
import Dockerfiles

/// `build --check`: look at the Dockerfile, and build nothing.
struct CheckOption: ParsableArguments {
  @Flag(
    name: .long,
    help: "Build nothing; check the Dockerfile by the rules of docs/checks.md, and exit with 2 if it breaks any.")
  var check = false

  /// Checks the Dockerfile of a build, and prints what is found.
  ///
  /// - Throws: as `CheckReport.end`; what `DockerfileOptions.request` throws for an input that cannot be had.
  func run(
    _ context: String, _ dockerfile: DockerfileOptions, _ options: BuildOptions, _ output: OutputOptions
  ) async throws {
    var report = CheckReport()
    do {
      let cache = try BuildCache(directory: Environment.cacheDirectory)
      let request = try await dockerfile.request(context, options, cache: cache)
      report.add(request.dockerfile, try DockerfileCheck.inspection(of: request, allStages: true))
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
