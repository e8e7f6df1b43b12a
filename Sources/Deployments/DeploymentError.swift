import AWS

/// What went wrong in `Deployments`.
package struct DeploymentError: Error, Sendable, Equatable {
  /// What kind of failure it is; decides the exit code.
  package enum Code: Sendable, Equatable {
    /// What is asked for cannot be: an image without a digest, a role of another form.
    case invalid
    /// Something that the task needs, and that imagesmith does not make, is not there.
    case missing
    /// A call to AWS failed.
    case aws(AWSError.Code)
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

  init(_ error: AWSError) {
    self.init(code: .aws(error.code), message: error.message, hint: error.hint)
  }
}
