import ArgumentParser
import Builds
import Native

/// `--progress`: how a build or a transfer is shown while it goes on.
enum ProgressMode: String, ExpressibleByArgument, CaseIterable {
  /// `tty` on a terminal, else `plain`.
  case auto
  case tty
  case plain
  case json

  enum Style {
    case live
    case plain
    case json
  }

  /// What the mode comes to here.
  ///
  /// - Throws: `Failure` for `tty` where there is no terminal.
  func style() throws -> Style {
    switch self {
    case .auto: return Console.standard.isLive ? .live : .plain
    case .tty:
      guard TerminalSize.of(2) != nil else {
        throw Failure(.usage, "--progress tty: stderr is no terminal", hint: "leave it out, or write --progress plain")
      }
      return .live
    case .plain: return .plain
    case .json: return .json
    }
  }

  /// What shows the build of `image`, by its name where several are built.
  ///
  /// - Throws: `Failure` for `tty` where there is no terminal.
  func display(image: String) throws -> any ProgressDisplay {
    switch try style() {
    case .live: LiveProgress(image: image)
    case .plain: PlainProgress(image: image)
    case .json: JSONProgress(image: image)
    }
  }
}

/// Shows one build to a person or a program, on stderr. Events of several stages come in any order, from any thread.
protocol ProgressDisplay: Sendable {
  func show(_ event: BuildEvent)
  /// Ends the display, whatever way the build has ended. Nothing is shown after that.
  func finish()
}
