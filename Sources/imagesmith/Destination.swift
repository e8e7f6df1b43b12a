import AWS
import OCI
import Registries
import Rosters

/// Where groups' images are pushed: ECR, or the registry that `--registry` names.
struct Destination: Sendable {
  /// `HOST[:PORT]`.
  let host: String
  let aws: AWSEnvironment
  let client: RegistryClient
  /// The caller's account, twelve digits, where ECR has said it by the registry's host; nil where STS has to be asked.
  let account: String?
  /// The commit that is built; nil for none.
  private let version: String?
  /// Whether repositories are ECR's, and are made where they are missing.
  private let makesRepositories: Bool

  /// - Parameter registry: the user's choice; nil asks ECR.
  /// - Throws: `AWSError` when ECR cannot be asked.
  init(_ project: Project, registry: String?) async throws {
    version = await SourceVersion.commit(in: project.directory)
    aws = try AWSEnvironment(variables: Environment.variables, region: project.roster.aws.region)
    let token = ECRToken(aws)
    client = try RegistryAccess(aws: aws, token: token).client()
    if let registry {
      try Self.check(registry)
      host = registry
      account = nil
      makesRepositories = RegistryAccess.standsForECR(registry)
    } else {
      host = try await token.host()
      account = ECRHost(host)?.account
      makesRepositories = true
    }
  }

  /// - Throws: `Failure` for a value of `--registry` that names no registry.
  static func check(_ registry: String) throws {
    guard Reference("\(registry)/name")?.registry == registry else {
      throw Failure(.usage, "--registry \(registry): that is no HOST[:PORT]", hint: "write --registry 127.0.0.1:5000")
    }
  }

  /// Where the image of a group goes, by tag.
  func reference(of group: Group, in roster: Roster, digest: Digest) throws -> Reference {
    let repository = repository(of: group, in: roster)
    let tag = roster.registry.tag.replacing("{group}", with: group.name)
      .replacing("{version}", with: version ?? digest.short)
    guard Reference.isRepository(repository), Reference.isTag(tag) else {
      throw Failure(.input, "\(repository):\(tag) is no name for an image", hint: "correct `registry` in users.yaml")
    }
    return Reference(registry: host, repository: repository, tag: tag)
  }

  /// The name of a group's repository.
  func repository(of group: Group, in roster: Roster) -> String {
    roster.registry.repository.replacing("{group}", with: group.name).replacing("{project}", with: roster.project)
  }

  /// Makes those repositories in ECR that are missing.
  func ensureRepositories(_ names: Set<String>) async throws {
    guard makesRepositories else { return }
    let made = try await ECR(aws.client(for: .ecr)).ensureRepositories(named: names.sorted())
    for name in made { Console.standard.note("made the repository \(name)") }
  }
}
