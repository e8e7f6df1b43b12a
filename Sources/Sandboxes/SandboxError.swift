/// A command that could not be started. (One that ended badly is a result.)
package struct SandboxError: Error, Sendable, Equatable {
  package enum Code: Sendable, Equatable {
    /// No OCI runtime is installed.
    case noRuntime
    /// The machine does not let this user mount, make namespaces or start the runtime.
    case notAllowed
    /// The runtime refused, or the workspace could not be made.
    case failed
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
