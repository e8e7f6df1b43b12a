/// An exchange that brought no answer, or none that could be kept.
package struct HTTPError: Error, Sendable, Equatable, CustomStringConvertible {
  package enum Code: Sendable, Equatable {
    /// The host's name has no address.
    case resolve
    /// Nothing listens there, or the way is barred.
    case connect
    /// The certificate or the handshake was refused.
    case tls
    /// The time that the request allows has passed.
    case timeout
    /// The connection ended in the middle.
    case broken
    /// The task was cancelled.
    case cancelled
    /// The body is longer than the request allows.
    case tooLarge
    /// The name leads to an address that the request may not reach.
    case forbidden
    /// The URL or another part of the request cannot be sent.
    case request
    /// The receiver of the body, or the file that is sent, failed.
    case local
  }

  package var code: Code
  /// Without query and user information.
  package var url: String
  package var reason: String

  /// Whether the same request may go through later.
  package var isTemporary: Bool {
    switch code {
    case .resolve, .connect, .timeout, .broken: true
    case .tls, .forbidden, .cancelled, .tooLarge, .request, .local: false
    }
  }

  package var description: String { "\(url): \(reason)" }

  package init(code: Code, url: String, reason: String) {
    self.code = code
    self.url = Self.withoutSecrets(url)
    self.reason = reason
  }

  /// A URL's query may be a signature, and its user information a password.
  private static func withoutSecrets(_ url: String) -> String {
    var text = url.prefix { $0 != "?" && $0 != "#" }
    if let scheme = text.firstRange(of: "://"),
      let at = text[scheme.upperBound...].prefix(while: { $0 != "/" }).lastIndex(of: "@")
    {
      text.removeSubrange(scheme.upperBound...at)
    }
    return String(text)
  }
}
