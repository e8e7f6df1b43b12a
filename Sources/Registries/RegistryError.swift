/// Why a registry did not do what it was asked.
package struct RegistryError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What kind of failure it is; decides the exit code.
  package enum Code: Sendable, Equatable {
    /// What the caller handed in cannot be sent.
    case invalid
    /// A file here cannot be read or written.
    case local
    /// No credentials, or the registry does not take them.
    case unauthorized
    /// The credentials are good, what was asked is not allowed.
    case denied
    /// No such repository, manifest or blob.
    case notFound
    /// Nobody answers at that address, or not in the language that was asked for.
    case unreachable
    /// The registry is overloaded or broken; the same request may go through later.
    case unavailable
    /// Bytes are not those that their digest or size names.
    case mismatch
    /// The tag names another image and may not be moved.
    case immutable
    /// An answer that the specification does not allow, or a refusal without a better name.
    case refused
    /// A media type or digest algorithm that this client does not read.
    case unsupported
    /// The way leads where no request may go: a foreign host with credentials, or from outside into this machine.
    case unsafe

    /// The exit code of the command that ends by it. Source: the project's documented exit codes.
    package var exitCode: Int32 {
      switch self {
      case .invalid, .unsupported: 65
      case .unauthorized, .denied, .immutable: 77
      case .unreachable, .unavailable, .notFound, .mismatch, .refused, .unsafe: 69
      case .local: 1
      }
    }
  }

  package var code: Code
  /// What happened: the method, the host, repository and tag or digest, and what the registry said. Never a query, a
  /// header or a credential.
  package var message: String
  /// What to do about it.
  package var hint: String?
  /// The HTTP status, where there was an answer.
  package var status: Int?
  /// The codes of the registry's error body, such as `BLOB_UPLOAD_INVALID`.
  package var reported: [String]
  /// Whether the same request may go through later.
  package var isTemporary: Bool
  /// How long the registry wants to be left alone.
  package var retryAfter: Duration?

  package init(
    code: Code, message: String, hint: String? = nil, status: Int? = nil, reported: [String] = [],
    isTemporary: Bool = false, retryAfter: Duration? = nil
  ) {
    self.code = code
    self.message = message
    self.hint = hint
    self.status = status
    self.reported = reported
    self.isTemporary = isTemporary
    self.retryAfter = retryAfter
  }

  package var description: String { message + (hint.map { " (\($0))" } ?? "") }
}
