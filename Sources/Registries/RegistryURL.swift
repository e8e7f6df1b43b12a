import OCI

/// An absolute `http` or `https` URL, with the bytes of its path and query as the server gave them: an upload's state or
/// a signature may be in them.
///
/// Source: RFC 3986, sections 3 and 5.2.
struct RegistryURL: Hashable, Sendable {
  enum Scheme: String, Sendable {
    case http
    case https
  }

  var scheme: Scheme
  /// `host[:port]`, lowercase; an IPv6 address keeps its brackets.
  let authority: String
  /// From the first slash: path and query, without fragment.
  var target: String

  init(scheme: Scheme, authority: String, target: String) {
    self.scheme = scheme
    self.authority = authority.lowercased()
    self.target = target
  }

  /// Parses an absolute URL; nil for other schemes, user information, white space or control characters.
  init?(_ text: some StringProtocol) {
    guard let mark = text.firstRange(of: "://"),
      let scheme = Scheme(rawValue: text[..<mark.lowerBound].lowercased())
    else { return nil }
    self.init(scheme: scheme, rest: text[mark.upperBound...])
  }

  private init?(scheme: Scheme, rest: some StringProtocol) {
    let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    let tail = rest[authority.endIndex...].prefix { $0 != "#" }
    // A backslash is a path's slash to some parsers and part of the host to others.
    guard !authority.isEmpty, !authority.contains("@"), !authority.contains("\\"),
      rest.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
    else { return nil }
    self.init(scheme: scheme, authority: String(authority), target: (tail.hasPrefix("/") ? "" : "/") + tail)
  }

  /// What a `Location` in an answer to `self` means; nil when it is no HTTP URL.
  func resolving(_ location: String) -> RegistryURL? {
    if location.contains("://"), let absolute = RegistryURL(location) { return absolute }
    if location.hasPrefix("//") { return RegistryURL(scheme: scheme, rest: location.dropFirst(2)) }
    let path = target.prefix { $0 != "?" }
    let prefix: String
    switch location.first {
    case "/": prefix = ""
    case "?": prefix = String(path)
    case nil: return nil
    default:
      // A scheme other than HTTP's is not a relative path.
      guard !location.prefix(while: { $0 != "/" && $0 != "?" }).contains(":") else { return nil }
      prefix = String(path[...(path.lastIndex(of: "/") ?? path.startIndex)])
    }
    return RegistryURL("\(scheme.rawValue)://\(authority)\(prefix)\(location)")
  }

  /// With one more query parameter, whose value is encoded.
  func adding(_ name: String, _ value: String) -> RegistryURL {
    var url = self
    let separator = !target.contains("?") ? "?" : target.hasSuffix("?") || target.hasSuffix("&") ? "" : "&"
    url.target += "\(separator)\(name)=\(Self.encoded(value))"
    return url
  }

  var description: String { "\(scheme.rawValue)://\(authority)\(target)" }

  /// The name or address alone: no port, no brackets.
  var host: String { Self.host(of: authority) }

  static func host(of authority: String) -> String {
    if authority.hasPrefix("["), let end = authority.firstIndex(of: "]") {
      return String(authority[authority.index(after: authority.startIndex)..<end])
    }
    return String(authority.prefix { $0 != ":" })
  }

  /// Whether both go to the same server in the same way: only then may a credential for one be sent to the other.
  func hasSameOrigin(as other: RegistryURL) -> Bool {
    scheme == other.scheme && host == other.host && port == other.port
  }

  private var port: String {
    let rest = authority.hasPrefix("[") ? authority.drop { $0 != "]" }.dropFirst() : authority.drop { $0 != ":" }
    let digits = rest.dropFirst()
    return digits.isEmpty ? (scheme == .https ? "443" : "80") : String(digits)
  }

  /// Percent-encodes all but unreserved characters and those that a digest, scope or repository has and a query may.
  static func encoded(_ text: String) -> String {
    let plain = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:/,@".utf8)
    return text.utf8.reduce(into: "") { result, byte in
      result += plain.contains(byte) ? String(UnicodeScalar(byte)) : "%" + [byte].hexadecimal.uppercased()
    }
  }
}
