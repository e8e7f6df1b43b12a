import Native

/// What the user says about one registry host, beyond its name.
package struct HostSettings: Sendable, Equatable {
  /// Whether plain HTTP and any certificate will do.
  package var isInsecure: Bool
  /// A file of PEM certificates to trust instead of the system's.
  package var caBundle: String?
  /// A PEM certificate, and its key, by which this client names itself.
  package var clientCertificate: String?
  package var clientKey: String?
  /// Bytes of an upload's chunk, where a blob may not come whole; nil for whole ones, until they are refused.
  package var chunkSize: Int?

  package init(
    isInsecure: Bool = false, caBundle: String? = nil, clientCertificate: String? = nil, clientKey: String? = nil,
    chunkSize: Int? = nil
  ) {
    self.isInsecure = isInsecure
    self.caBundle = caBundle
    self.clientCertificate = clientCertificate
    self.clientKey = clientKey
    self.chunkSize = chunkSize
  }

  /// - Parameter certificates: what the machine's folders hold for the host.
  func configuration(
    _ base: HTTPClient.Configuration, _ certificates: HostCertificates
  ) -> HTTPClient.Configuration {
    var configuration = base
    configuration.skipsVerification = isInsecure
    configuration.caBundle = caBundle ?? base.caBundle
    configuration.addedAuthorities = certificates.authorities
    configuration.clientCertificate = clientCertificate ?? certificates.clientCertificate ?? base.clientCertificate
    configuration.clientKey = clientKey ?? certificates.clientKey ?? base.clientKey
    return configuration
  }
}

/// A registry's name in a reference, and where its API is.
struct RegistryHost: Hashable, Sendable {
  /// As in a reference: `docker.io`, `127.0.0.1:5000`.
  let name: String
  /// `host[:port]` of the API.
  let authority: String
  /// Whether the API may be spoken to without TLS.
  let allowsPlain: Bool
  /// Whether it is known to ask for Basic, so that its first refusal can be spared.
  let wantsBasic: Bool

  init(_ name: String, isInsecure: Bool, wantsBasic: Bool = false) {
    self.name = name
    self.wantsBasic = wantsBasic || ECRHost(name) != nil
    // Docker's registry has its API at another name than its references.
    authority = name == "docker.io" || name == "index.docker.io" ? "registry-1.docker.io" : name.lowercased()
    allowsPlain = isInsecure || HostAddress.isLoopback(RegistryURL.host(of: authority))
  }

  /// What is tried first: on loopback plain HTTP, which is what registries speak there, else TLS.
  var firstScheme: RegistryURL.Scheme { HostAddress.isLoopback(RegistryURL.host(of: authority)) ? .http : .https }

  /// - Parameter path: what follows `/v2/`.
  func url(_ path: String, scheme: RegistryURL.Scheme) -> RegistryURL {
    RegistryURL(scheme: scheme, authority: authority, target: "/v2/" + path)
  }
}
