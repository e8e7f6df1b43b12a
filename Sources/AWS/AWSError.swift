/// What went wrong in `AWS`: in finding credentials, in reaching a service, or in what a service answered.
package struct AWSError: Error, Sendable, Equatable {
  /// What kind of failure it is; decides the exit code.
  package enum Code: Sendable, Equatable, CaseIterable {
    /// No provider had credentials.
    case noCredentials
    /// The credentials are known and valid, but this is not allowed to them.
    case accessDenied
    /// The keys are unknown to AWS, or the secret key is wrong.
    case invalidCredentials
    /// The credentials were valid once.
    case expired
    /// This machine's clock and AWS's differ by more than AWS accepts.
    case clockSkew
    /// The service cannot be reached, or fails on its side.
    case unavailable
    /// The service asked to slow down, and did so to the last attempt.
    case throttled
    /// The thing that the request names does not exist.
    case notFound
    /// The thing that the request would make exists already, or is being changed by someone else.
    case conflict
    /// A limit of the account is reached.
    case limit
    /// The service refused the request itself.
    case invalidRequest
    /// The answer is not what the service documents.
    case invalidResponse
    /// A file or variable that configures AWS is wrong, or the region is missing.
    case configuration
    /// The caller gave up.
    case cancelled
  }

  package var code: Code
  /// What happened, and where.
  package var message: String
  /// What to do about it.
  package var hint: String?
  /// The service's own name of the error, such as `RepositoryNotFoundException`; nil when no service answered.
  package var serviceCode: String?

  package init(code: Code, message: String, hint: String? = nil, serviceCode: String? = nil) {
    self.code = code
    self.message = message
    self.hint = hint
    self.serviceCode = serviceCode
  }
}
