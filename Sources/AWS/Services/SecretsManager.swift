import FoundationEssentials

/// AWS Secrets Manager: where a secret is. Its value never comes here.
package struct SecretsManager: Sendable {
  private let client: AWSClient

  package init(_ client: AWSClient) { self.client = client }

  private struct Answer: Decodable {
    var ARN: String
    /// When it will be gone, once its deletion is scheduled.
    var DeletedDate: Double?
  }

  /// The ARN of the secret of that name, with the six characters that the service adds; nil when there is none.
  ///
  /// - Throws: `AWSError`.
  package func arn(ofSecret name: String) async throws(AWSError) -> String? {
    struct Input: Encodable { var SecretId: String }
    do throws(AWSError) {
      let answer: Answer = try await client.call("DescribeSecret", Input(SecretId: name))
      guard answer.DeletedDate == nil else {
        throw AWSError(
          code: .conflict, message: "the secret \(name) is about to be deleted",
          hint: "Keep it: aws secretsmanager restore-secret --secret-id \(name)")
      }
      return answer.ARN
    } catch {
      if error.code == .notFound { return nil }
      throw error
    }
  }

  /// Makes a secret and returns its ARN.
  ///
  /// - Throws: `AWSError`, of which `conflict` means that it exists.
  package func createSecret(named name: String, description: String, value: String) async throws(AWSError) -> String {
    struct Input: Encodable {
      var Name: String
      var Description: String
      var SecretString: String
      /// Makes a second attempt of one call the same call.
      var ClientRequestToken: String
    }
    let input = Input(
      Name: name, Description: description, SecretString: value, ClientRequestToken: UUID().uuidString)
    let answer: Answer = try await client.call("CreateSecret", input)
    return answer.ARN
  }
}
