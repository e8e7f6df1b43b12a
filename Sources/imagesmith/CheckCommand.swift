import ArgumentParser
import Native
import Recipes

/// `imagesmith check`: everything that can be known to be wrong without building.
struct CheckCommand: InterruptibleCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Check the roster, the files written from it, the groups' Dockerfiles, and the images for secrets.",
    discussion: """
      Every problem of users.yaml, each with its line; a diff of what in images/ is not what users.yaml says; and what the \
      groups' Dockerfiles do that they had better not, by the rules of docs/checks.md; and every secret in the images that have \
      been built, by those of docs/secrets.md. Builds nothing and asks nobody.

      Exits with 0 when all is well, with 2 when something differs, breaks a rule or is a secret, and with 65 when users.yaml or a \
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
    let scan = SecretScan(project)
    for group in project.groups { report.add(try await scan.leaks(in: group, of: project), group: group.name) }
    report.drift = zip(project.groups, drifts).flatMap { group, drift in
      drift.changes.map { "images/\(group.name)/\($0.path)" }
    }
    if !output.json { try StandardStream.output.write(drifts.map(\.description).joined()) }
    try report.end(output)
  }
}
