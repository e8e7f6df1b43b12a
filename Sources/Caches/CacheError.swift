import Native

/// What went wrong with a cache that other machines share. It never stops a build: the cache saves work, and nothing else.
package struct CacheError: Error, Sendable, Equatable, CustomStringConvertible {
  package enum Code: Sendable, Equatable {
    /// What is there is no cache, or is damaged.
    case spoilt
    /// A later version of imagesmith has written it.
    case newer
    /// Nothing is there.
    case missing
    /// Nobody answers, or not in time.
    case unreachable
    /// Not allowed, or no credentials.
    case denied
    /// It could not be written.
    case notWritten
  }

  package var code: Code
  /// What happened; whoever tells it names the cache.
  package var message: String
  /// What to do about it.
  package var hint: String?

  package init(code: Code, message: String, hint: String? = nil) {
    self.code = code
    self.message = message
    self.hint = hint
  }

  /// Of a cache that is read and not written.
  static let nothingThere = CacheError(
    code: .missing, message: "nothing is there",
    hint: "is its name right? A build with --cache-to of the same name leaves something there")

  package var description: String { message + (hint.map { " (\($0))" } ?? "") }
}
