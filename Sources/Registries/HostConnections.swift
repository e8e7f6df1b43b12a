import Native
import Synchronization

/// The HTTP client of each host: one for all that have no settings and no certificates of their own.
final class HostConnections: Sendable {
  private let configuration: RegistryClient.Configuration
  private let common: HTTPClient
  /// By authority of the API; of hosts without settings the common one.
  private let clients = Mutex<[String: HTTPClient]>([:])

  init(_ configuration: RegistryClient.Configuration) {
    self.configuration = configuration
    common = HTTPClient(configuration.http)
  }

  /// - Parameter authority: `host[:port]` of a URL.
  /// - Throws: `RegistryError` when the host's certificates cannot be read.
  func client(for authority: String) throws -> HTTPClient {
    try clients.withLock { clients in
      if let known = clients[authority] { return known }
      let client = try make(authority)
      clients[authority] = client
      return client
    }
  }

  private func make(_ authority: String) throws -> HTTPClient {
    // A host is named as in a reference, which for Docker's is not where its API is.
    let name = authority == "registry-1.docker.io" ? "docker.io" : authority
    let settings = configuration.hosts[name] ?? configuration.hosts.first { $0.key.lowercased() == name }?.value
    let certificates = try HostCertificates.of(name, in: configuration.certificateFolders)
    guard settings != nil || certificates != HostCertificates() else { return common }
    return HTTPClient((settings ?? HostSettings()).configuration(configuration.http, certificates))
  }
}
