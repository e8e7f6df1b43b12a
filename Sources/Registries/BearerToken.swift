import FoundationEssentials
import Native
import OCI

/// A registry token with what it is for and how long it lasts.
struct BearerToken: Sendable {
  let authorization: Authorization
  let scopes: [Scope]
  /// On the timekeeper's clock, somewhat before the server's end.
  let end: Duration
}

/// The question to a registry's token server, and how its answer is read.
///
/// Source: distribution's "Token Authentication Specification" and "Oauth2 Token Authentication".
struct TokenRequest {
  let realm: RegistryURL
  let service: String?
  let scopes: [Scope]

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
  }

  /// - Returns: a GET with Basic, or a POST for a refresh token.
  func httpRequest(_ credentials: Credentials?) -> HTTPRequest {
    if case .identityToken(let token) = credentials {
      var form = "grant_type=refresh_token&client_id=imagesmith&refresh_token=\(Self.formEncoded(token))"
      if let service { form += "&service=\(Self.formEncoded(service))" }
      form += "&scope=\(Self.formEncoded(scopes.map(\.description).joined(separator: " ")))"
      return HTTPRequest(
        "POST", realm.description, headers: ["Content-Type": "application/x-www-form-urlencoded"],
        body: .bytes(Array(form.utf8)), totalTimeout: 60)
    }
    var url = realm
    if let service { url = url.adding("service", service) }
    for scope in scopes { url = url.adding("scope", scope.description) }
    var request = HTTPRequest("GET", url.description, totalTimeout: 60)
    request.headers["Authorization"] = credentials?.basic?.header
    return request
  }

  /// - Returns: nil when the body holds no token.
  func token(from body: [UInt8], now: Duration) -> BearerToken? {
    guard let answer = try? JSONDecoder().decode(TokenAnswer.self, from: Data(body)),
      let token = answer.token ?? answer.accessToken, !token.isEmpty
    else { return nil }
    // An answer without a lifetime means a minute; a tenth of it is left for the way and a slow request.
    let seconds = min(max(answer.lifetime ?? 60, 0), 86_400)
    return BearerToken(
      authorization: Authorization(header: "Bearer \(token)"), scopes: scopes, end: now + .seconds(seconds) * 0.9)
  }

  private static func formEncoded(_ text: String) -> String {
    RegistryURL.encoded(text)
  }
}

private struct TokenAnswer: Decodable {
  var token: String?
  var accessToken: String?
  /// Seconds.
  var lifetime: Int?

  enum CodingKeys: String, CodingKey {
    case token
    case accessToken = "access_token"
    case lifetime = "expires_in"
  }
}
