import Native

/// Amazon Elastic Container Service: task definitions.
package struct ECS: Sendable {
  private let client: AWSClient

  package init(_ client: AWSClient) { self.client = client }

  /// One registered revision of a family.
  package struct Revision: Sendable, Equatable {
    /// Ends with `FAMILY:NUMBER`.
    package var arn: String
    /// The whole definition, with what ECS filled in.
    package var definition: JSONValue
    package var tags: [String: String]
  }

  private struct Tag: Codable {
    var key: String
    var value: String
  }

  private struct Answer: Decodable {
    var taskDefinition: JSONValue
    var tags: [Tag]?
  }

  /// The ARNs of a family's active revisions, newest first.
  ///
  /// - Throws: `AWSError`.
  package func activeRevisions(of family: String) async throws(AWSError) -> [String] {
    struct Input: Encodable {
      var familyPrefix: String
      var status = "ACTIVE"
      var sort = "DESC"
      var nextToken: String?
    }
    struct Page: Decodable {
      var taskDefinitionArns: [String]
      var nextToken: String?
    }
    var arns: [String] = []
    var token: String?
    repeat {
      let page: Page = try await client.call("ListTaskDefinitions", Input(familyPrefix: family, nextToken: token))
      arns += page.taskDefinitionArns
      token = page.nextToken
    } while token != nil
    // The answer is neither trusted to be of this family alone nor to be sorted by number.
    return arns.compactMap { arn in Self.number(of: arn, in: family).map { ($0, arn) } }
      .sorted { $0.0 > $1.0 }.map(\.1)
  }

  /// The newest active revision of a family; nil when it has none.
  ///
  /// - Throws: `AWSError`.
  package func newestRevision(of family: String) async throws(AWSError) -> Revision? {
    // One request where there is a revision. By its name alone a family's newest active one is described, but doubles of
    // ECS answer with one that is inactive; and that there is none ECS says as it says much else, by ClientException.
    do throws(AWSError) {
      let revision = try await revision(family)
      if revision.definition["status"]?.text == "ACTIVE", Self.number(of: revision.arn, in: family) != nil {
        return revision
      }
    } catch {
      guard error.code == .invalidRequest || error.code == .notFound else { throw error }
    }
    guard let arn = try await activeRevisions(of: family).first else { return nil }
    return try await revision(arn)
  }

  /// A revision with its tags.
  ///
  /// - Parameter name: an ARN, `FAMILY:NUMBER`, or `FAMILY` for the newest.
  /// - Throws: `AWSError`.
  package func revision(_ name: String) async throws(AWSError) -> Revision {
    struct Input: Encodable {
      var taskDefinition: String
      var include = ["TAGS"]
    }
    return try revision(from: try await client.call("DescribeTaskDefinition", Input(taskDefinition: name)))
  }

  /// Registers a new revision. Never sent twice when ECS may have done it already.
  ///
  /// - Parameter definition: the request's fields but for `tags`.
  /// - Throws: `AWSError`.
  package func register(_ definition: JSONValue, tags: [String: String]) async throws(AWSError) -> Revision {
    guard case .object(var fields) = definition else {
      throw AWSError(code: .invalidRequest, message: "a task definition is a JSON object")
    }
    fields["tags"] = .array(
      tags.sorted { $0.key < $1.key }.map { .object(["key": .string($0.key), "value": .string($0.value)]) })
    return try revision(
      from: try await client.call("RegisterTaskDefinition", JSONValue.object(fields), isRepeatable: false))
  }

  private func revision(from answer: Answer) throws(AWSError) -> Revision {
    guard let arn = answer.taskDefinition["taskDefinitionArn"]?.text else {
      throw AWSError(code: .invalidResponse, message: "ECS: the answer's task definition has no ARN")
    }
    let tags = (answer.tags ?? []).map { ($0.key, $0.value) }
    return Revision(arn: arn, definition: answer.taskDefinition, tags: Dictionary(tags) { _, last in last })
  }

  /// The number in `.../FAMILY:NUMBER`, when it is of that family.
  private static func number(of arn: String, in family: String) -> Int? {
    let name = arn.split(separator: "/").last ?? ""
    let parts = name.split(separator: ":")
    guard parts.count == 2, parts[0] == family else { return nil }
    return Int(parts[1])
  }
}
