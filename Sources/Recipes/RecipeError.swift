/// What went wrong in `Recipes`.
package struct RecipeError: Error, Sendable, Equatable {
  /// What kind of failure it is; decides the exit code.
  package enum Code: Sendable, Equatable {
    case invalid
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
