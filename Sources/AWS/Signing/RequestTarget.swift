/// The parts of an absolute `http` or `https` URL, as they are sent. Source: RFC 3986, section 3.
package struct RequestTarget: Sendable, Equatable {
  package var scheme: String
  /// What the `Host` header says: the name in lower case, and the port where it is not the scheme's own.
  package var host: String
  /// `/` where the URL has none.
  package var path: String
  /// Without the question mark; empty for none.
  package var query: String

  /// The host without port and brackets.
  package var hostName: String {
    if host.hasPrefix("[") { return String(host.dropFirst().prefix { $0 != "]" }) }
    return String(host.prefix { $0 != ":" })
  }

  /// - Throws: `AWSError.invalidRequest` for anything else.
  package init(_ url: String) throws(AWSError) {
    guard let colon = url.firstRange(of: "://") else { throw Self.unreadable(url) }
    scheme = url[..<colon.lowerBound].lowercased()
    guard scheme == "https" || scheme == "http" else { throw Self.unreadable(url) }
    let rest = url[colon.upperBound...].prefix { $0 != "#" }
    let authority = rest.prefix { $0 != "/" && $0 != "?" }
    var host = (authority.lastIndex(of: "@").map { authority[authority.index(after: $0)...] } ?? authority).lowercased()
    let own = scheme == "https" ? ":443" : ":80"
    if host.hasSuffix(own) { host.removeLast(own.count) }
    guard !host.isEmpty else { throw Self.unreadable(url) }
    self.host = host
    let target = rest[authority.endIndex...]
    let path = target.prefix { $0 != "?" }
    self.path = path.isEmpty ? "/" : String(path)
    query = String(target[path.endIndex...].dropFirst())
  }

  private static func unreadable(_ url: String) -> AWSError {
    AWSError(
      code: .invalidRequest, message: "'\(url.prefix { $0 != "?" && $0 != "#" })' is not an http or https address")
  }
}
