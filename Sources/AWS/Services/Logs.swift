/// Amazon CloudWatch Logs: the groups that containers write to.
package struct Logs: Sendable {
  private let client: AWSClient

  package init(_ client: AWSClient) { self.client = client }

  /// Makes the log group where there is none, and says whether it did.
  ///
  /// - Parameter days: how long lines of a new group are kept: one of the numbers that the service allows, such as 90.
  ///   A group that is there keeps what it has.
  /// - Throws: `AWSError`.
  package func ensureGroup(named name: String, keptFor days: Int) async throws(AWSError) -> Bool {
    struct Group: Encodable { var logGroupName: String }
    struct Retention: Encodable {
      var logGroupName: String
      var retentionInDays: Int
    }
    do throws(AWSError) {
      try await client.perform("CreateLogGroup", Group(logGroupName: name))
    } catch {
      if error.code == .conflict { return false }
      throw error
    }
    try await client.perform("PutRetentionPolicy", Retention(logGroupName: name, retentionInDays: days))
    return true
  }
}
