import ArgumentParser

/// The command line: one file per verb.
@main
struct ImageSmith: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "imagesmith",
    abstract: "From a roster of people to separated notebook environments on ECS.")
}
