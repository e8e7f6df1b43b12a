/// AWS Security Token Service: who the caller is.
package struct STS: Sendable {
  private let client: AWSClient

  package init(_ client: AWSClient) { self.client = client }

  package struct Identity: Sendable, Equatable {
    /// Twelve digits.
    package var account: String
    package var arn: String

    package init(account: String, arn: String) {
      self.account = account
      self.arn = arn
    }
  }

  /// - Throws: `AWSError`. Every valid key may ask this: `accessDenied` does not occur.
  package func callerIdentity() async throws(AWSError) -> Identity {
    let answer = try await client.query("GetCallerIdentity")
    guard let account = answer["Account"], let arn = answer["Arn"] else {
      throw AWSError(code: .invalidResponse, message: "STS GetCallerIdentity: the answer names no account")
    }
    return Identity(account: account, arn: arn)
  }
}
