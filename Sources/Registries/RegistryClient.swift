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
    /// Folders with a folder for each host whose certificates they hold; see `HostCertificates`.
    package var certificateFolders: [String] = []
    /// By registry, as in a reference: where to look before it when something is pulled.
    package var mirrors: [String: [RegistryMirror]] = [:]
    /// Under which account a host's repository is; see `CredentialSource`.
    package var account: @Sendable (_ host: String, _ repository: String) -> String = { host, _ in host }
    /// Whether a host, as in a reference, always asks for Basic, as ECR's do.
    package var wantsBasic: @Sendable (_ host: String) -> Bool = { _ in false }
    /// Told, in a sentence, what went another way than the user wished and did no harm.
    package var notice: @Sendable (_ text: String) -> Void = { _ in }
    /// What holds for every host without settings of its own.
    package var http: HTTPClient.Configuration
    package var retry: RetryPolicy
    /// The most blobs that are transferred at once.
    package var concurrency: Int
    /// Up to this size, in bytes, a blob is sent in the time in which the registry could say that it has it.
    package var smallSize: Int
    /// Seconds after which a request is given up, and made again, when fewer than a kibibyte for each of them has moved.
    package var stallTimeout: Int
    package var timekeeper: Timekeeper

    package init(
      hosts: [String: HostSettings] = [:], http: HTTPClient.Configuration = HTTPClient.Configuration(),
      retry: RetryPolicy = RetryPolicy(), concurrency: Int = 5, smallSize: Int = 64 << 10, stallTimeout: Int = 60,
      timekeeper: Timekeeper = .system
    ) {
      self.hosts = hosts
      self.http = http
      self.retry = retry
      self.concurrency = concurrency
      self.smallSize = smallSize
      self.stallTimeout = stallTimeout
      self.timekeeper = timekeeper
    }
  }

  let configuration: Configuration
  let connections: HostConnections
  let memory = HostMemory()
  /// For tags that list referrers.
  let referrerTags = TagQueue()
  /// What each host has been found to take.
  let limits = Mutex<[String: HostLimits]>([:])
  let authenticator: Authenticator

  /// - Parameter credentials: asked late, and only for hosts that want some.
  package init(_ configuration: Configuration = Configuration(), credentials: @escaping CredentialSource) {
    let connections = HostConnections(configuration)
    self.configuration = configuration
    self.connections = connections
    authenticator = Authenticator(credentials, configuration.timekeeper) { [memory] request, host in
      var request = request
      request.refusesPeer = memory.refusal(ofPeersFor: host)
      return try await connections.client(for: RegistryURL(request.url)?.authority ?? "").send(request, limit: 1 << 20)
    }
  }

  func host(of reference: Reference) -> RegistryHost { host(named: reference.registry) }

  func host(named name: String) -> RegistryHost {
    RegistryHost(
      name, isInsecure: configuration.hosts[name]?.isInsecure ?? false, wantsBasic: configuration.wantsBasic(name))
  }

  /// The registry's own address of `path`, which follows `/v2/`.
  func url(_ host: RegistryHost, _ path: String) -> RegistryURL {
    host.url(path, scheme: memory.scheme(of: host) ?? host.firstScheme)
  }

  func deadline() -> Deadline { Deadline(configuration.retry, configuration.timekeeper) }

  /// Sees whether the registry answers and takes the credentials.
  ///
  /// - Parameter registry: as in a reference, such as `docker.io`.
  package func ping(_ registry: String) async throws {
    let host = host(named: registry)
    let call = Call(
      operation: .ping, method: "GET", url: url(host, ""), subject: registry, scopes: [], account: registry)
    let deadline = deadline()
    try await configuration.retry.run(until: deadline) {
      _ = try await exchange(call, at: host, until: deadline, accepting: [200])
    }
  }
}
