import AWS
import Foundation
import OCI
import Registries
import Synchronization

/// Registries as this user reaches them: with what `docker login` kept, and with ECR's token where a host is ECR's.
struct RegistryAccess: Sendable {
  /// For ECR's tokens; nil where nobody has said anything of AWS yet.
  var aws: AWSEnvironment?
  /// One that has been fetched already; nil fetches it when it is needed.
  var token: ECRToken?

  func client() -> RegistryClient {
    var configuration = RegistryClient.Configuration()
    configuration.http.caBundle = Environment["AWS_CA_BUNDLE"]
    return RegistryClient(configuration) { [aws, token] host in
      if let kept = try Self.keptCredentials(for: host) { return kept }
      guard let aws, ECRHost(host) != nil || Self.standsForECR(host) else { return nil }
      let authorization = try await (token ?? ECRToken(aws)).next()
      return .password(user: authorization.user, password: authorization.password)
    }
  }

  /// What docker's and podman's files hold for the host.
  private static func keptCredentials(for host: String) throws -> Registries.Credentials? {
    for path in DockerConfig.paths(environment: Environment.variables) {
      guard let data = try? Data(contentsOf: URL(filePath: path)) else { continue }
      if let credentials = try DockerConfig(json: Array(data), path: path).credentials(for: host) { return credentials }
    }
    return nil
  }

  /// A registry on this machine stands for ECR where the AWS API has a stand-in, too: in tests and demos. No token of a
  /// real account goes there.
  static func standsForECR(_ host: String) -> Bool {
    guard Environment["AWS_ENDPOINT_URL"] != nil else { return false }
    return host.hasPrefix("127.") || host.hasPrefix("localhost") || host.hasPrefix("[::1]")
  }
}
