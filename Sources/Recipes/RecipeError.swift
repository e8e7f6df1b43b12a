/// What went wrong in `Recipes`.
package struct RecipeError: Error, Sendable, Equatable {
  /// What kind of failure it is; decides the exit code.
  package enum Code: Sendable, Equatable {
    /// The Python lock file is missing, unreadable or not fully hashed.
    case lock
    /// A template names a placeholder that has no value, or a section that does not end: a mistake in this program.
    case template
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
