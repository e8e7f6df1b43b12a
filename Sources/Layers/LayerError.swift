import Glibc
import Native

/// What went wrong in `Layers`.
package struct LayerError: Error, Sendable, Equatable {
  /// What kind of failure it is; decides the exit code.
  package enum Code: Sendable, Equatable {
    /// What was asked for cannot be: a name that no layer can hold, a tag that is none.
    case invalid
    /// A blob, layer or layout that is not what it says, is cut short, or tries to leave its root.
    case corrupt
    /// More than the caller allows: a layer that unpacks to too much.
    case limit
    case notFound
    /// What is in a layer is not known here: it has to be fetched.
    case unseen
    /// A file changed while it was read.
    case changed
    case noSpace
    case notAllowed
    /// Any other failure of the system.
    case system
  }

  package var code: Code
  /// What happened, and where.
  package var message: String
  /// What to do about it.
  package var hint: String?

  package init(code: Code, message: String, hint: String? = nil) {
    self.code = code
    self.message = message
    self.hint = hint
  }
}

extension LayerError {
  init(_ error: NativeError) {
    switch error.errno {
    case ENOSPC, EDQUOT:
      self.init(
        code: .noSpace, message: "no room left: \(error)", hint: "Free space on that disk, or prune the cache.")
    case EINVAL where error.operation.hasPrefix("change owner") && UserNamespace.hasOneUser:
      self.init(
        code: .notAllowed, message: "\(error): there is no such id in this user's namespace",
        hint: "As root: apt-get install uidmap, and give the user ranges of ids: usermod --add-subuids 100000-165535 "
          + "--add-subgids 100000-165535 NAME.")
    case EACCES, EROFS:
      self.init(code: .notAllowed, message: "\(error)", hint: "Name a folder that you may write to.")
    case EPERM: self.init(code: .notAllowed, message: "\(error)")
    case ENOENT: self.init(code: .notFound, message: "\(error)")
    default: self.init(code: .system, message: "\(error)")
    }
  }

  /// Any other failure as this target's own.
  static func wrapping(_ error: any Error) -> LayerError {
    switch error {
    case let error as LayerError: error
    case let error as NativeError: LayerError(error)
    default: LayerError(code: .system, message: "\(error)")
    }
  }

  /// Runs `body`, whose failures of the system become this target's errors.
  static func translating<Value: ~Copyable>(_ body: () throws -> Value) throws(LayerError) -> Value {
    do {
      return try body()
    } catch {
      throw wrapping(error)
    }
  }
}
