import Native
import OCI
import Synchronization

/// Speaks to registries: pulls, pushes, and asks what they have.
///
/// One client serves any number of hosts and operations at once; it keeps connections, credentials and tokens for as long
/// as it lives. Its methods throw `RegistryError`, what the credential source throws, or `CancellationError`.
///
/// Source: OCI distribution specification v1.1.
package final class RegistryClient: Sendable {
  package struct Configuration: Sendable {
    /// By host as in a reference: `registry.example:5000`.
    package var hosts: [String: HostSettings]
    /// What holds for every host without settings of its own.
    package var http: HTTPClient.Configuration
    package var retry: RetryPolicy
    /// The most blobs that are transferred at once.
    package var concurrency: Int
    /// Up to this size, in bytes, a blob is sent in the time in which the registry could say that it has it.
    package var smallSize: Int
    package var timekeeper: Timekeeper

    package init(
      hosts: [String: HostSettings] = [:], http: HTTPClient.Configuration = HTTPClient.Configuration(),
      retry: RetryPolicy = RetryPolicy(), concurrency: Int = 5, smallSize: Int = 64 << 10,
      timekeeper: Timekeeper = .system
    ) {
      self.hosts = hosts
      self.http = http
      self.retry = retry
      self.concurrency = concurrency
      self.smallSize = smallSize
      self.timekeeper = timekeeper
    }
  }

  let configuration: Configuration
  let common: HTTPClient
  /// For hosts with settings of their own, by name.
  let clients: [String: HTTPClient]
  /// How each host is spoken to, once it has answered.
  let schemes = Mutex<[String: RegistryURL.Scheme]>([:])
  let authenticator: Authenticator

  /// - Parameter credentials: asked late, and only for hosts that want some.
  package init(_ configuration: Configuration = Configuration(), credentials: @escaping CredentialSource) {
    let common = HTTPClient(configuration.http)
    let clients = configuration.hosts.mapValues { HTTPClient($0.configuration(configuration.http)) }
    self.configuration = configuration
    self.common = common
    self.clients = clients
    authenticator = Authenticator(credentials, configuration.timekeeper) { request in
      let authority = RegistryURL(request.url)?.authority ?? ""
      return try await (clients[authority] ?? common).send(request, limit: 1 << 20)
    }
  }

  func host(of reference: Reference) -> RegistryHost {
    RegistryHost(reference.registry, isInsecure: configuration.hosts[reference.registry]?.isInsecure ?? false)
  }

  /// The registry's own address of `path`, which follows `/v2/`.
  func url(_ host: RegistryHost, _ path: String) -> RegistryURL {
    host.url(path, scheme: schemes.withLock { $0[host.name] } ?? host.firstScheme)
  }

  func deadline() -> Deadline { Deadline(configuration.retry, configuration.timekeeper) }

  /// Sees whether the registry answers and takes the credentials.
  ///
  /// - Parameter registry: as in a reference, such as `docker.io`.
  package func ping(_ registry: String) async throws {
    let host = RegistryHost(registry, isInsecure: configuration.hosts[registry]?.isInsecure ?? false)
    let call = Call(operation: .ping, method: "GET", url: url(host, ""), subject: registry, scopes: [])
    let deadline = deadline()
    try await configuration.retry.run(until: deadline) {
      _ = try await exchange(call, at: host, until: deadline, accepting: [200])
    }
  }
}
