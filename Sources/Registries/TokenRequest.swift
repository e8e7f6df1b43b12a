import FoundationEssentials
import Native
import OCI

/// The question to a registry's token server, and how its answer is read.
///
/// Source: distribution's "Token Authentication Specification" and "Oauth2 Token Authentication".
struct TokenRequest {
  let realm: RegistryURL
  let service: String?
  let scopes: [Scope]
  /// A scope that the registry itself asks for, and that is not of a repository: `aws`, `registry:catalog:*`.
  let extraScope: String?

  /// - Parameter registry: where the challenge came from.
  /// - Throws: `RegistryError` when the realm is no place to send a password to.
  init(_ challenge: Challenge, scopes: [Scope], registry: RegistryURL) throws(RegistryError) {
    guard let text = challenge.parameters["realm"], let realm = RegistryURL(text) else {
      throw RegistryError(
        code: .refused, message: "\(registry.authority) asks for a token but names no address to get one from")
    }
    if realm.scheme == .http, registry.scheme == .https {
      throw RegistryError(
        code: .unsafe, message: "\(registry.authority) wants the password sent to \(realm.authority) over plain HTTP")
    }
    if HostAddress.isLocal(realm.host), !HostAddress.isLocal(registry.host) {
      throw RegistryError(
        code: .unsafe, message: "\(registry.authority) sends to \(realm.authority), which is inside this machine")
    }
    self.realm = realm
    service = challenge.parameters["service"]
    self.scopes = scopes
    extraScope = challenge.parameters["scope"].flatMap { $0.isEmpty || $0.contains("repository:") ? nil : $0 }
  }

  private var scopeTexts: [String] { scopes.map(\.description) + (extraScope.map { [$0] } ?? []) }

  /// - Parameter asForm: whether the token server takes OAuth's POST alone.
  /// - Returns: a GET with Basic, or a POST: always for a refresh token, which is never in an address.
  func httpRequest(_ credentials: Credentials?, asForm: Bool = false) -> HTTPRequest {
    switch credentials {
    case .identityToken(let token): return form([("grant_type", "refresh_token"), ("refresh_token", token)])
    case .password(let user, let password) where asForm:
      return form([
        ("grant_type", "password"), ("username", user), ("password", password), ("access_type", "offline"),
      ])
    default: break
    }
    var url = realm
    if let service { url = url.adding("service", service) }
    for scope in scopeTexts { url = url.adding("scope", scope) }
    var request = HTTPRequest("GET", url.description, totalTimeout: 60)
    request.headers["Authorization"] = credentials?.basic?.header
    return request
  }

  private func form(_ grant: [(String, String)]) -> HTTPRequest {
    var fields = grant + [("client_id", "imagesmith")]
    if let service { fields.append(("service", service)) }
    fields.append(("scope", scopeTexts.joined(separator: " ")))
    let body = fields.map { "\($0.0)=\(RegistryURL.encoded($0.1))" }.joined(separator: "&")
    return HTTPRequest(
      "POST", realm.description, headers: ["Content-Type": "application/x-www-form-urlencoded"],
      body: .bytes(Array(body.utf8)), totalTimeout: 60)
  }

  /// - Returns: nil when the body holds no token.
  func token(from body: [UInt8], now: Duration) -> BearerToken? {
    guard let answer = try? JSONDecoder().decode(TokenAnswer.self, from: Data(body)),
      let token = [answer.token, answer.accessToken].lazy.compactMap(\.self).first(where: { !$0.isEmpty })
    else { return nil }
    // An answer without a lifetime means a minute; a tenth of it is left for the way and a slow request.
    let seconds = min(max(answer.lifetime.flatMap { $0.isFinite ? $0 : nil } ?? 60, 0), 86_400)
    return BearerToken(
      authorization: Authorization(header: "Bearer \(token)"), scopes: scopes, end: now + .seconds(seconds) * 0.9,
      refreshToken: answer.refreshToken.flatMap { $0.isEmpty ? nil : $0 })
  }
}

private struct TokenAnswer: Decodable {
  var token: String?
  var accessToken: String?
  var refreshToken: String?
  /// Seconds.
  var lifetime: Double?

  enum CodingKeys: String, CodingKey {
    case token
    case accessToken = "access_token"
    case refreshToken = "refresh_token"
    case lifetime = "expires_in"
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    token = try container.decodeIfPresent(String.self, forKey: .token)
    accessToken = try container.decodeIfPresent(String.self, forKey: .accessToken)
    refreshToken = try? container.decodeIfPresent(String.self, forKey: .refreshToken)
    // A number, but some servers write it as text.
    lifetime =
      (try? container.decode(Double.self, forKey: .lifetime))
      ?? (try? container.decode(String.self, forKey: .lifetime)).flatMap { Double($0) }
  }
}
