import ArgumentParser
import Native

/// The command line: one file per verb.
@main
struct ImageSmith: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "imagesmith",
    abstract: "From a roster of people to separated notebook environments on ECS.",
    discussion: """
      users.yaml says who the people are and which group each belongs to. From it imagesmith writes each group's \
      Dockerfile, builds the images without a Docker daemon, pushes them and registers their ECS task definitions.

      The whole way:    imagesmith release
      Step by step:     imagesmith generate && imagesmith build && imagesmith push && imagesmith register
      Try it here:      imagesmith run --group pii

      Results go to stdout, everything for people to stderr. Exit codes: 0 done; 1 a step of the work failed; 2 a check \
      found a difference; 64 wrong usage; 65 an input file is wrong; 69 a remote is unavailable; 77 not allowed, or no \
      credentials; 130 interrupted.
      """,
    version: "0.1.0",
    subcommands: [
      CheckCommand.self, GenerateCommand.self, BuildCommand.self, PushCommand.self, RegisterCommand.self,
      ReleaseCommand.self, RunCommand.self, InspectCommand.self, ListCommand.self, CatCommand.self, DiffCommand.self,
      CopyCommand.self, TagsCommand.self, LoginCommand.self, LogoutCommand.self, CacheCommand.self, SchemaCommand.self,
    ])

  static func main() async {
    // Without /dev/null there is nothing that can hold their place.
    try? StandardStream.holdClosed()
    // Without it only more memory is used.
    try? Heap.shareArena()
    let interruption = Interruption()
    do {
      var command = try parseAsRoot(BooleanFlags.normalized(CommandLine.arguments.dropFirst()))
      if var asynchronous = command as? any InterruptibleCommand {
        // Before there is a second thread, as a user namespace takes a process of one.
        try asynchronous.prepare()
        try await interruption.run { try await asynchronous.run() }
      } else {
        try command.run()
      }
    } catch {
      end(with: error, interrupted: interruption.signal)
    }
  }

  /// Tells what went wrong, and exits with the code that it has.
  private static func end(with error: any Error, interrupted signal: Int32?) -> Never {
    if let signal, signal != 0 {
      Console.standard.note("interrupted")
      Self.exit(withError: ExitCode(128 + signal))
    }
    guard let failure = Failure(error) else {
      Self.exit(withError: error)
    }
    Console.standard.show(failure)
    Self.exit(withError: ExitCode(failure.exitCode.rawValue))
  }
}

/// A verb that a Ctrl-C ends by cancelling its task, so that it can put away what it began.
protocol InterruptibleCommand: AsyncParsableCommand {
  /// What has to be done to the process itself, while it has one thread.
  func prepare() throws
}

extension InterruptibleCommand {
  func prepare() throws {}
}
