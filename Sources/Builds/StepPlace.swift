import Dockerfiles
import Glibc
import Layers
import Native
import Sandboxes

/// Where an instruction stands: what an error of its step begins with.
struct StepPlace: Sendable, CustomStringConvertible {
  var file: String
  var location: SourceLocation
  /// The lines around it; nil for what stands in no file.
  var excerpt: SourceExcerpt?

  /// `file:line:column`.
  var description: String { "\(file):\(location)" }

  /// `error`, naming the place. Failures of layers and of the system become the builder's own.
  func place(_ error: any Error) -> any Error {
    switch error {
    case var error as BuildError:
      error.message = "\(self): \(error.message)"
      error.excerpt = error.excerpt ?? excerpt.map { RemoteAddress.redacted($0.description) }
      return error
    case var error as SandboxError:
      error.message = "\(self): \(error.message)"
      return error
    case let error as LayerError:
      return BuildError(
        code: .machine, message: "\(self): \(error.message)", hint: error.hint,
        excerpt: excerpt.map { RemoteAddress.redacted($0.description) })
    case let error as NativeError:
      let isFull = error.errno == ENOSPC || error.errno == EDQUOT
      return BuildError(
        code: .machine, message: "\(self): \(error)",
        hint: isFull ? "make room on that disk, or name another folder in IMAGESMITH_HOME" : nil,
        excerpt: excerpt.map { RemoteAddress.redacted($0.description) })
    default: return error
    }
  }
}

/// A layer of the cache or of a base whose blob is not what it was. It is dropped, and the build begins anew.
struct SpoiltLayer: Error {
  var layer: Layer
  var cause: LayerError
}
