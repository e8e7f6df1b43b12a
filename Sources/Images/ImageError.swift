import Glibc
import Native

/// What went wrong in `Images`.
package struct ImageError: Error, Sendable, Equatable {
  /// What kind of failure it is; decides the exit code.
  package enum Code: Sendable, Equatable {
    /// A name or a combination of options that means nothing.
    case usage
    /// No such image, layer or path.
    case notFound
    /// An image that is not what it says, is cut short, or has what no image has.
    case corrupt
    /// More than this program reads: a bomb, most likely.
    case limit
    /// An image of a kind that is not read or written.
    case unsupported
    /// A failure of the system.
    case system
  }

  package var code: Code
  /// What happened, and where.
  package var message: String
  /// What to do about it.
  package var hint: String?

  package init(_ code: Code, _ message: String, hint: String? = nil) {
    self.code = code
    self.message = message
    self.hint = hint
  }
}

extension ImageError {
  init(_ error: NativeError) {
    let hint: String? =
      switch error.errno {
      case ENOSPC, EDQUOT: "make room on that disk, or name another destination"
      case EACCES, EPERM, EROFS: "name a folder that you may write to"
      default: nil
      }
    self.init(.system, "\(error)", hint: hint)
  }

  /// Runs `body`, whose failures of the system become this target's errors; a `LayerError` stays what it is.
  static func translating<Value: ~Copyable>(_ body: () throws -> Value) throws -> Value {
    do { return try body() } catch let error as NativeError { throw ImageError(error) }
  }
}
