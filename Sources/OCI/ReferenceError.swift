/// Why a text is no reference to an image.
package struct ReferenceError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What is wrong, with the part that is.
  package var message: String
  /// The nearest reference that is right, or what to write.
  package var hint: String?

  package init(message: String, hint: String? = nil) {
    self.message = message
    self.hint = hint
  }

  package var description: String { message + (hint.map { " (\($0))" } ?? "") }
}
