import ArgumentParser
import Builds
import Native

/// `--progress`: how a build is shown while it goes on.
enum ProgressMode: String, ExpressibleByArgument, CaseIterable {
  /// `tty` on a terminal, else `plain`.
  case auto
  case tty
  case plain
  case json

  /// What shows the build of `image`, by its name where several are built.
  ///
  /// - Throws: `Failure` for `tty` where there is no terminal.
  func display(image: String) throws -> any ProgressDisplay {
    switch self {
    case .auto where Console.standard.isLive: return LiveProgress(image: image)
    case .tty:
      guard TerminalSize.of(2) != nil else {
        throw Failure(.usage, "--progress tty: stderr is no terminal", hint: "leave it out, or write --progress plain")
      }
      return LiveProgress(image: image)
    case .auto, .plain: return PlainProgress(image: image)
    case .json: return JSONProgress(image: image)
    }
  }
}

/// Shows one build to a person or a program, on stderr. Events of several stages come in any order, from any thread.
protocol ProgressDisplay: Sendable {
  func show(_ event: BuildEvent)
  /// Ends the display, whatever way the build has ended. Nothing is shown after that.
  func finish()
}
