import FoundationEssentials

/// Amazon Elastic Container Registry's own API: tokens and repositories. Images go over the registry's protocol.
package struct ECR: Sendable {
  private let client: AWSClient

  package init(_ client: AWSClient) { self.client = client }

  /// What the registry accepts as HTTP Basic.
  package struct Authorization: Sendable, Equatable, CustomStringConvertible {
    package var user: String
    package var password: String
    /// As ECR says. Some doubles of ECR answer with a time that is over: never fetch anew for this reason alone.
    package var expiresAt: Timestamp
    /// The registry's host, such as `123456789012.dkr.ecr.us-east-1.amazonaws.com`.
    package var host: String

    package var description: String { "\(user) at \(host) until \(expiresAt)" }
  }

  package struct Repository: Sendable, Equatable, Decodable {
    package var repositoryName: String
    package var repositoryArn: String
    /// The account: twelve digits.
    package var registryId: String
    /// Host and name, such as `123456789012.dkr.ecr.us-east-1.amazonaws.com/jupyterhub/pii`.
    package var repositoryUri: String
  }

  /// A token for the caller's registry, good for twelve hours.
  ///
  /// - Throws: `AWSError`.
  package func authorization() async throws(AWSError) -> Authorization {
    struct Answer: Decodable {
      struct Datum: Decodable {
        var authorizationToken: String
        var expiresAt: Double
        var proxyEndpoint: String
      }
      var authorizationData: [Datum]
    }
    let answer: Answer = try await client.call("GetAuthorizationToken", [String: String]())
    guard let datum = answer.authorizationData.first,
      let text = Data(base64Encoded: datum.authorizationToken).map({ String(decoding: $0, as: UTF8.self) }),
      let colon = text.firstIndex(of: ":")
    else {
      throw AWSError(code: .invalidResponse, message: "ECR GetAuthorizationToken: the token cannot be read")
    }
    return Authorization(
      user: String(text[..<colon]), password: String(text[text.index(after: colon)...]),
      expiresAt: Timestamp(seconds: Int(exactly: datum.expiresAt.rounded(.down)) ?? 0),
      host: try RequestTarget(datum.proxyEndpoint).host)
  }

  /// The repository of that name in the caller's registry; nil when there is none.
  ///
  /// - Throws: `AWSError`.
  package func repository(named name: String) async throws(AWSError) -> Repository? {
    do throws(AWSError) { return try await repositories(named: [name]).first } catch {
      if error.code == .notFound { return nil }
      throw error
    }
  }

  /// Those repositories in the caller's registry, in any order: up to 100.
  ///
  /// - Throws: `AWSError`, of which `notFound` means that one at least does not exist.
  package func repositories(named names: [String]) async throws(AWSError) -> [Repository] {
    struct Input: Encodable { var repositoryNames: [String] }
    struct Answer: Decodable { var repositories: [Repository] }
    let answer: Answer = try await client.call("DescribeRepositories", Input(repositoryNames: names))
    return answer.repositories
  }

  /// Makes a repository whose images are scanned as they arrive.
  ///
  /// Tags stay movable: the same commit on a newer base is another image under the same tag. What runs is pinned by
  /// digest, so a moved tag changes nothing that runs.
  ///
  /// - Throws: `AWSError`, of which `conflict` means that it exists.
  package func createRepository(named name: String) async throws(AWSError) -> Repository {
    struct Input: Encodable {
      struct Scanning: Encodable { var scanOnPush: Bool }
      struct Tag: Encodable {
        var Key: String
        var Value: String
      }
      var repositoryName: String
      var imageTagMutability = "MUTABLE"
      var imageScanningConfiguration = Scanning(scanOnPush: true)
      var tags = [Tag(Key: "imagesmith:managed", Value: "true")]
    }
    struct Answer: Decodable { var repository: Repository }
    let answer: Answer = try await client.call("CreateRepository", Input(repositoryName: name))
    return answer.repository
  }

  /// Makes those repositories that are missing, and returns their names. One request where all are there.
  ///
  /// - Throws: `AWSError`.
  package func ensureRepositories(named names: [String]) async throws(AWSError) -> [String] {
    do throws(AWSError) {
      _ = try await repositories(named: names)
      return []
    } catch {
      guard error.code == .notFound else { throw error }
    }
    var made: [String] = []
    for name in names where try await ensureRepository(named: name).isNew { made.append(name) }
    return made
  }

  /// The repository, made where there is none; also when somebody else makes it at the same time.
  ///
  /// - Throws: `AWSError`.
  package func ensureRepository(
    named name: String
  ) async throws(AWSError) -> (repository: Repository, isNew: Bool) {
    if let there = try await repository(named: name) { return (there, false) }
    do throws(AWSError) { return (try await createRepository(named: name), true) } catch {
      guard error.code == .conflict, let there = try await repository(named: name) else { throw error }
      return (there, false)
    }
  }
}
