/// What went wrong in `Rosters`.
package struct RosterError: Error, Sendable, Equatable {
  /// What kind of failure it is; decides the exit code.
  package enum Code: Sendable, Equatable {
    /// The roster breaks rules: `problems` holds each of them.
    case invalid
    /// A password hash that cannot stand in a shadow file.
    case hash
  }

  package var code: Code
  /// What happened, and where: for `.invalid` every problem, rendered, one after the other.
  package var message: String
  /// What to do about it; nil for `.invalid`, whose problems each have their own.
  package var hint: String?
  /// Every problem of the file, in the order of the lines.
  package var problems: [RosterProblem]

  package init(code: Code, message: String, hint: String? = nil) {
    self.code = code
    self.message = message
    self.hint = hint
    problems = []
  }

  /// The error of a file with problems.
  package init(file: String, problems: [RosterProblem]) {
    code = .invalid
    message = problems.map { $0.rendered(in: file) }.joined(separator: "\n")
    hint = nil
    self.problems = problems
  }
}
