import AWS
import OCI
import Registries
import Synchronization

/// Registries as this user reaches them: with what `docker login` kept, and with ECR's token where a host is ECR's.
struct RegistryAccess: Sendable {
  /// For ECR's tokens; nil where nobody has said anything of AWS yet.
  var aws: AWSEnvironment?
  /// One that has been fetched already; nil fetches it when it is needed.
  var token: ECRToken?

  /// For a registry that is named outside the roster.
  ///
  /// - Throws: `Failure` when the environment says something that is not understood.
  static func client(for host: String) throws -> RegistryClient {
    // Only ECR's hosts need AWS, and those name the region.
    let aws = try? AWSEnvironment(variables: Environment.variables, region: ECRHost(host)?.region)
    return try RegistryAccess(aws: aws).client()
  }

  func client() throws -> RegistryClient {
    let files = CredentialFiles(environment: Environment.variables)
    var configuration = try Self.configuration()
    configuration.account = { files.account(host: $0, repository: $1) }
    return RegistryClient(configuration) { [aws, token] account in
      if let kept = try await files.credentials(for: account) { return kept }
      return try await Self.token(for: String(account.prefix { $0 != "/" }), aws, token)
    }
  }

  /// Tries credentials at a registry.
  ///
  /// - Returns: whether it asked for any.
  /// - Throws: `RegistryError` when it does not take them.
  static func takes(_ credentials: Registries.Credentials, at host: String) async throws -> Bool {
    let wasAsked = Flag()
    let client = RegistryClient(try configuration()) { _ in
      wasAsked.isSet.store(true, ordering: .relaxed)
      return credentials
    }
    try await client.ping(host)
    return wasAsked.isSet.load(ordering: .relaxed)
  }

  private final class Flag: Sendable {
    let isSet = Atomic(false)
  }

  private static func configuration() throws -> RegistryClient.Configuration {
    var configuration = RegistryClient.Configuration()
    configuration.http.caBundle = Environment["AWS_CA_BUNDLE"]
    if let timeout = try Environment.registryTimeout() { configuration.retry.deadline = timeout }
    configuration.certificateFolders = RegistryClient.certificateFolders(environment: Environment.variables)
    configuration.wantsBasic = { ECRHost($0) != nil || standsForECR($0) }
    let settings = try RegistrySettings(Environment.variables)
    configuration.hosts = settings.hosts
    configuration.mirrors = settings.mirrors
    configuration.notice = { Console.standard.detail($0) }
    return configuration
  }

  /// ECR's token, where the host is ECR's.
  private static func token(
    for host: String, _ aws: AWSEnvironment?, _ known: ECRToken?
  ) async throws -> Registries.Credentials? {
    guard let aws else { return nil }
    if host == ECRPublic.host {
      // Anybody may pull from it; who has keys of AWS may do so more often, and push.
      guard let token = try? await ECRPublic(aws.client(for: .ecrPublic)).authorization() else { return nil }
      return .password(user: token.user, password: token.password)
    }
    guard ECRHost(host) != nil || standsForECR(host) else { return nil }
    let token = try await (known ?? ECRToken(aws)).next()
    return .password(user: token.user, password: token.password)
  }

  /// A registry on this machine stands for ECR where the AWS API has a stand-in, too: in tests and demos. No token of a
  /// real account goes there.
  static func standsForECR(_ host: String) -> Bool {
    guard Environment["AWS_ENDPOINT_URL"] != nil else { return false }
    return host.hasPrefix("127.") || host.hasPrefix("localhost") || host.hasPrefix("[::1]")
  }
}
