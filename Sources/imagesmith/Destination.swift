import AWS
import Foundation
import OCI
import Registries
import Rosters

/// Where groups' images are pushed: ECR, or the registry that `--registry` names.
struct Destination: Sendable {
  /// `HOST[:PORT]`.
  let host: String
  let aws: AWSEnvironment
  let client: RegistryClient
  /// The commit that is built; nil for none.
  private let version: String?
  /// Whether repositories are ECR's, and are made where they are missing.
  private let makesRepositories: Bool

  /// - Parameter registry: the user's choice; nil asks ECR.
  /// - Throws: `AWSError` when ECR cannot be asked.
  init(_ project: Project, registry: String?) async throws {
    version = SourceVersion.commit(in: project.directory)
    aws = try AWSEnvironment(variables: Environment.variables, region: project.roster.aws.region)
    client = RegistryAccess(aws: aws).client()
    if let registry {
      guard Reference("\(registry)/name")?.registry == registry else {
        throw Failure(.usage, "--registry \(registry): that is no HOST[:PORT]", hint: "write --registry 127.0.0.1:5000")
      }
      host = registry
      makesRepositories = RegistryAccess.standsForECR(registry)
    } else {
      host = try await ECR(aws.client(for: .ecr)).authorization().host
      makesRepositories = true
    }
  }

  /// Where the image of a group goes, by tag.
  func reference(of group: Group, in roster: Roster, digest: Digest) throws -> Reference {
    let repository = roster.registry.repository.replacing("{group}", with: group.name)
      .replacing("{project}", with: roster.project)
    let tag = roster.registry.tag.replacing("{group}", with: group.name)
      .replacing("{version}", with: version ?? digest.short)
    guard Reference.isRepository(repository), Reference.isTag(tag) else {
      throw Failure(.input, "\(repository):\(tag) is no name for an image", hint: "correct `registry` in users.yaml")
    }
    return Reference(registry: host, repository: repository, tag: tag)
  }

  /// Makes the repository in ECR where it is missing.
  func ensureRepository(_ name: String) async throws {
    guard makesRepositories else { return }
    let (_, isNew) = try await ECR(aws.client(for: .ecr)).ensureRepository(named: name)
    if isNew { Console.standard.note("made the repository \(name)") }
  }
}
