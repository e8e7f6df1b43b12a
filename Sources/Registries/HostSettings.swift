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
