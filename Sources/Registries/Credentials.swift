import FoundationEssentials

/// What a registry is shown to prove who asks. Printing one shows the user's name at most.
package enum Credentials: Sendable, Equatable, CustomStringConvertible, CustomReflectable {
  /// Sent as Basic, to the registry or to its token server. ECR's user is `AWS`.
  case password(user: String, password: String)
  /// A refresh token, for the token server alone.
  case identityToken(String)
  /// A token that the registry takes as it is.
  case registryToken(String)

  package var description: String {
    switch self {
    case .password(let user, _): "a password of \(user)"
    case .identityToken: "an identity token"
    case .registryToken: "a registry token"
    }
  }

  package var customMirror: Mirror { Mirror(self, children: [:]) }

  /// The `Authorization` for a server that asks for Basic; nil where these are none.
  var basic: Authorization? {
    guard case .password(let user, let password) = self else { return nil }
    return Authorization(header: "Basic " + Data("\(user):\(password)".utf8).base64EncodedString())
  }
}

/// Yields the credentials for an account; nil to go without.
///
/// An account is a host as in references, `docker.io` or `127.0.0.1:5000`, or `HOST/NAMESPACE` where
/// `RegistryClient.Configuration.account` says that a login is for that alone. Asked when a registry first wants
/// credentials, and once more when it no longer takes them, so each call fetches anew and none earlier than needed. What
/// it throws ends the operation.
package typealias CredentialSource = @Sendable (_ account: String) async throws -> Credentials?

/// The value of an `Authorization` header. Printing it shows nothing.
struct Authorization: Sendable, Equatable, CustomStringConvertible, CustomReflectable {
  let header: String

  var description: String { "an authorization" }
  var customMirror: Mirror { Mirror(self, children: [:]) }
}
