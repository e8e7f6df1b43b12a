/// AWS Security Token Service: who the caller is, and keys of roles.
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

  /// Keys of a role, for a time.
  ///
  /// - Parameters:
  ///   - externalID: what a role of somebody else may ask for.
  ///   - seconds: how long they shall be valid, as text; nil for an hour.
  /// - Throws: `AWSError`.
  package func assumeRole(
    _ arn: String, sessionName: String, externalID: String? = nil, seconds: String? = nil
  ) async throws(AWSError) -> Credentials {
    let optional = [("ExternalId", externalID), ("DurationSeconds", seconds)].compactMap { name, value in
      value.map { (name, $0) }
    }
    let answer = try await client.query(
      "AssumeRole", [("RoleArn", arn), ("RoleSessionName", sessionName)] + optional)
    guard let key = answer["AccessKeyId"], let secret = answer["SecretAccessKey"] else {
      throw AWSError(code: .invalidResponse, message: "STS AssumeRole: the answer has no keys")
    }
    return Credentials(
      accessKeyID: key, secretAccessKey: secret, sessionToken: answer["SessionToken"],
      expiration: answer["Expiration"].flatMap { Timestamp(iso: $0) }, source: "role \(arn)")
  }

  /// Who the caller is.
  ///
  /// - Throws: `AWSError`. Every valid key may ask this: `accessDenied` does not occur.
  package func callerIdentity() async throws(AWSError) -> Identity {
    let answer = try await client.query("GetCallerIdentity")
    guard let account = answer["Account"], let arn = answer["Arn"] else {
      throw AWSError(code: .invalidResponse, message: "STS GetCallerIdentity: the answer names no account")
    }
    return Identity(account: account, arn: arn)
  }
}
