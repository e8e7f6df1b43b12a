/// AWS Identity and Access Management: whether a role is there.
package struct IAM: Sendable {
  private let client: AWSClient

  package init(_ client: AWSClient) { self.client = client }

  /// The role's ARN; nil when there is no role of that name.
  ///
  /// - Parameter name: without a path, such as `pii`.
  /// - Throws: `AWSError`, of which `accessDenied` is usual: a deployer needs `iam:PassRole`, not `iam:GetRole`.
  package func roleARN(named name: String) async throws(AWSError) -> String? {
    do throws(AWSError) { return try await client.query("GetRole", [("RoleName", name)])["Arn"] } catch {
      if error.code == .notFound { return nil }
      throw error
    }
  }
}
