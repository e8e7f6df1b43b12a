import ArgumentParser
import Native
import Recipes

/// `imagesmith check`: everything that can be known to be wrong without building.
struct CheckCommand: InterruptibleCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Check the roster, the files written from it, and the groups' Dockerfiles.",
    discussion: """
      Every problem of users.yaml, each with its line; a diff of what in images/ is not what users.yaml says; and what the \
      groups' Dockerfiles do that they had better not, by the rules of docs/checks.md. Builds nothing and asks nobody.

      Exits with 0 when all is well, with 2 when something differs or breaks a rule, and with 65 when users.yaml or a \
      Dockerfile is wrong.

      Example:  imagesmith check && git push
                imagesmith check --group pii --json
      """)

  @OptionGroup var project: ProjectOptions
  @OptionGroup var output: OutputOptions

  mutating func run() async throws {
    output.apply()
    let project = try project.project()
    let drifts = try project.groups.map { try project.drift(of: $0) }
    var report = CheckReport()
    for (group, drift) in zip(project.groups, drifts) {
      // A file that is not there is a difference, and told with the others.
      if drift.changes.contains(where: { $0.path == "Dockerfile" && $0.kind == .missing }) { continue }
      try DockerfileCheck.check(group, of: project, into: &report)
    }
    report.drift = zip(project.groups, drifts).flatMap { group, drift in
      drift.changes.map { "images/\(group.name)/\($0.path)" }
    }
    if !output.json { try StandardStream.output.write(drifts.map(\.description).joined()) }
    try report.end(output)
  }
}
