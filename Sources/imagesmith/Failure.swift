import AWS
import Builds
import Caches
import Deployments
import Dockerfiles
import Images
import Layers
import Native
import Recipes
import Registries
import Rosters
import Sandboxes

/// An error as the person meets it: what happened, what to do, and the exit code.
struct Failure: Error {
  /// The exit codes, as the help lists them.
  enum Code: Int32 {
    case failed = 1
    case difference = 2
    case usage = 64
    case input = 65
    case unavailable = 69
    case notAllowed = 77
  }

  var exitCode: Code
  /// Nil when everything has been said already.
  var message: String?
  var hint: String?
  /// What a failed command wrote last.
  var output: String?
  /// The lines of the input file that it is about.
  var excerpt: String?

  init(
    _ exitCode: Code, _ message: String?, hint: String? = nil, output: String? = nil, excerpt: String? = nil
  ) {
    self.exitCode = exitCode
    self.message = message
    self.hint = hint
    self.output = output
    self.excerpt = excerpt
  }

  /// Nil for what the argument parser says itself.
  init?(_ error: any Error) {
    switch error {
    case let error as Failure: self = error
    case let error as RosterError: self.init(.input, error.message, hint: error.hint)
    case let error as RecipeError: self.init(.input, error.message, hint: error.hint)
    case let error as DockerfileError:
      self.init(.input, error.message, hint: error.hint, excerpt: error.excerpt)
    case let error as BuildError:
      self.init(
        Self.code(of: error), error.message, hint: error.hint ?? Self.hint(for: error), output: error.output,
        excerpt: error.excerpt)
    case let error as SandboxError:
      self.init(error.code == .notAllowed ? .notAllowed : .failed, error.message, hint: error.hint)
    case let error as ImageError: self.init(Self.code(of: error), error.message, hint: error.hint)
    case let error as LayerError: self.init(.failed, error.message, hint: error.hint)
    case let error as NativeError: self.init(.failed, error.description, hint: Self.hint(for: error))
    case let error as RegistryError:
      let mend = error.code == .local ? "imagesmith build makes what is damaged in the local store anew" : nil
      self.init(Code(rawValue: error.code.exitCode) ?? .failed, error.message, hint: error.hint ?? mend)
    case let error as CacheError:
      self.init(error.code == .denied ? .notAllowed : .unavailable, error.message, hint: error.hint)
    case let error as AWSError: self.init(Self.code(of: error.code), error.message, hint: error.hint)
    case let error as DeploymentError: self.init(Self.code(of: error), error.message, hint: error.hint)
    case let error as HTTPError:
      self.init(.unavailable, error.description, hint: "is the address right, and can it be reached from here?")
    case is DecodingError:
      self.init(
        .failed, "a file in .imagesmith/images is not what it should be",
        hint: "remove .imagesmith/images, and build again")
    case is CancellationError: self.init(.failed, "cancelled")
    default: return nil
    }
  }

  /// A group whose image is not in the local store.
  static func notBuilt(_ group: Group) -> Failure {
    Failure(.input, "the image of \(group.name) has not been built", hint: "imagesmith build --group \(group.name)")
  }

  private static func code(of error: BuildError) -> Code {
    switch error.code {
    case .input, .unsupported: .input
    case .commandFailed, .machine: .failed
    case .base, .remote: .unavailable
    case .baseDenied: .notAllowed
    }
  }

  private static func code(of error: ImageError) -> Code {
    switch error.code {
    case .usage: .usage
    case .notFound, .corrupt, .limit, .unsupported: .input
    case .system: .failed
    }
  }

  private static func code(of code: AWSError.Code) -> Code {
    switch code {
    case .noCredentials, .accessDenied, .invalidCredentials, .expired, .clockSkew: .notAllowed
    case .unavailable, .throttled, .invalidResponse: .unavailable
    case .configuration: .input
    case .notFound, .conflict, .limit, .invalidRequest, .cancelled: .failed
    }
  }

  private static func code(of error: DeploymentError) -> Code {
    switch error.code {
    case .aws(let code): Self.code(of: code)
    case .invalid: .input
    case .missing: .failed
    }
  }

  /// Of a RUN whose status says nothing more.
  private static func hint(for error: BuildError) -> String? {
    guard case .commandFailed = error.code else { return nil }
    return "what it wrote is above; the steps before it are kept, and come from the cache next time"
  }

  private static func hint(for error: NativeError) -> String? {
    switch error.errno {
    case 9: "standard output is closed: send it to a file, or to /dev/null"
    case 28: "the disk is full: make room, or name another place; the cache's is IMAGESMITH_HOME"
    case 30: "the disk is read-only: name another place; the cache's is IMAGESMITH_HOME"
    case 1, 13: "run imagesmith as root, or as a user who may do this"
    default: nil
    }
  }
}
