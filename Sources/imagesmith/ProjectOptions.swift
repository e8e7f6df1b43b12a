import ArgumentParser

/// The options that every verb on the roster takes.
struct ProjectOptions: ParsableArguments {
  @Option(name: .long, help: ArgumentHelp("The roster.", valueName: "file"))
  var roster = "users.yaml"

  @Option(name: .shortAndLong, help: ArgumentHelp("Only this group; may be given several times.", valueName: "group"))
  var group: [String] = []

  func project() throws -> Project { try Project(file: roster, groups: group) }
}
