/// One place where credentials may be.
protocol CredentialProvider: Sendable {
  /// What it is, for the list of what was tried, such as `the environment (AWS_ACCESS_KEY_ID)`.
  var name: String { get }

  /// The credentials; nil when this place is not set up here, so that the next is asked.
  ///
  /// - Throws: `AWSError` when it is set up, and fails: then no other place is asked.
  func credentials() async throws(AWSError) -> Credentials?
}
