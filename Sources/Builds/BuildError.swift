import Native

/// A build that could not be finished.
package struct BuildError: Error, Sendable, Equatable {
  package enum Code: Sendable, Equatable {
    /// A RUN ended with a status other than zero.
    case commandFailed(status: Int32)
    /// A file that COPY names, a user, a secret that is required: the input is wrong.
    case input
    /// The base could not be had.
    case base
    /// The base's registry does not let this user have it.
    case baseDenied
    /// A file or repository that ADD fetches could not be had.
    case remote
    /// The machine: disk, rights, the runtime.
    case machine
    /// Something that a Dockerfile may say, and this version does not do.
    case unsupported
  }

  package var code: Code
  /// What happened, and where: file, line, step.
  package var message: String
  /// What to do about it.
  package var hint: String?
  /// The last lines that a failed command wrote.
  package var output: String?
  /// The lines of the Dockerfile around the step, which is marked.
  package var excerpt: String?

  package init(code: Code, message: String, hint: String? = nil, output: String? = nil, excerpt: String? = nil) {
    self.code = code
    self.message = message
    self.hint = hint
    self.output = output
    self.excerpt = excerpt
  }
}
