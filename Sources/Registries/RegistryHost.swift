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
