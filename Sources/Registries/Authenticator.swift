import Native

/// Remembers, for each registry, how it wants to be authenticated to and what it took last; gets anew what it refused.
///
/// Requests that are refused together share one renewal. Once a registry has said that it wants tokens, the token for
/// another repository is had before it asks again.
actor Authenticator {
  /// Sends a request to a token server of a registry. Throws `HTTPError`.
  typealias Sender = @Sendable (HTTPRequest, RegistryHost) async throws -> HTTPResponse

  private struct Key: Hashable {
    let host: String
    let scopes: [Scope]
  }

  private let source: CredentialSource
  private let timekeeper: Timekeeper
  private let send: Sender
  private var challenges: [String: Challenge] = [:]
  /// By account; nil within means that there are none.
  private var credentials: [String: Credentials?] = [:]
  private var tokens: [String: [BearerToken]] = [:]
  /// Token servers that know OAuth's POST alone.
  private var formRealms: Set<RegistryURL> = []
  private var fetches: [String: Task<Credentials?, any Error>] = [:]
  private var renewals: [Key: Task<Authorization?, any Error>] = [:]

  init(_ source: @escaping CredentialSource, _ timekeeper: Timekeeper, send: @escaping Sender) {
    self.source = source
    self.timekeeper = timekeeper
    self.send = send
  }

  /// What to send with a request before the registry has refused it; nil for nothing.
  func authorization(for host: RegistryHost, _ call: Call) async throws -> Authorization? {
    if challenges[host.name] == nil, host.wantsBasic { challenges[host.name] = Challenge(scheme: "basic") }
    if let current = current(host, call) { return current }
    switch challenges[host.name]?.scheme {
    case "basic" where credentials[call.account] == nil: return try await fetchCredentials(call.account)?.basic
    case "bearer" where !call.scopes.isEmpty: return try await share(host, call, refused: nil)
    default: return nil
    }
  }

  private func current(_ host: RegistryHost, _ call: Call) -> Authorization? {
    let held = credentials[call.account] ?? nil
    if case .registryToken(let token) = held { return Authorization(header: "Bearer \(token)") }
    switch challenges[host.name]?.scheme {
    case "basic": return held?.basic
    case "bearer":
      let now = timekeeper.now()
      return tokens[host.name, default: []]
        .first { token in token.end > now && call.scopes.allSatisfy { $0.isCovered(by: token.scopes) } }?.authorization
    default: return nil
    }
  }

  /// What to send after `response` refused `refused`; nil when there is nothing better.
  ///
  /// - Parameter call: what was refused, for messages.
  func renew(
    for host: RegistryHost, _ call: Call, after response: HTTPResponse, refused: Authorization?
  ) async throws -> Authorization? {
    let offered = response.headers.all("WWW-Authenticate").flatMap(Challenge.parse)
    if let challenge = Challenge.preferred(of: offered) { challenges[host.name] = challenge }
    if let current = current(host, call), current != refused { return current }
    return try await share(host, call, refused: refused)
  }

  private func share(_ host: RegistryHost, _ call: Call, refused: Authorization?) async throws -> Authorization? {
    let key = Key(host: host.name, scopes: call.scopes)
    if let running = renewals[key] { return try await running.value }
    let renewal = Task { try await obtain(for: host, call, refused: refused) }
    renewals[key] = renewal
    defer { renewals[key] = nil }
    return try await renewal.value
  }

  private func obtain(for host: RegistryHost, _ call: Call, refused: Authorization?) async throws -> Authorization? {
    guard let challenge = challenges[host.name] else { return nil }
    if case .registryToken = credentials[call.account] ?? nil { credentials[call.account] = nil }
    if challenge.scheme == "basic" {
      let fresh = try await fetchCredentials(call.account)?.basic
      return fresh == refused ? nil : fresh
    }
    if let refused { tokens[host.name]?.removeAll { $0.authorization == refused } }
    let request = try TokenRequest(challenge, scopes: call.scopes, registry: call.url)
    if let known = credentials[call.account] {
      // Those that are known are good in most cases, and may cost a request to have anew.
      if let token = try await token(request, host, call.account, known, isLast: false) { return token }
    }
    let fresh = try await fetchCredentials(call.account)
    if case .registryToken(let token) = fresh {
      let authorization = Authorization(header: "Bearer \(token)")
      return authorization == refused ? nil : authorization
    }
    return try await token(request, host, call.account, fresh, isLast: true)
  }

  /// - Returns: nil when the token server refuses `credentials` and others may be had.
  private func token(
    _ request: TokenRequest, _ host: RegistryHost, _ account: String, _ credentials: Credentials?, isLast: Bool
  ) async throws -> Authorization? {
    var (call, answer) = try await ask(request, host, credentials, asForm: formRealms.contains(request.realm))
    // A server of OAuth alone has nothing to GET.
    if [404, 405].contains(answer.status), call.method == "GET", credentials != nil {
      (call, answer) = try await ask(request, host, credentials, asForm: true)
      if answer.status == 200 { formRealms.insert(request.realm) }
    }
    guard answer.status == 200 else {
      if !isLast, [400, 401, 403].contains(answer.status) { return nil }
      throw RegistryError(call, answer)
    }
    guard let token = request.token(from: answer.body, now: timekeeper.now()) else {
      throw RegistryError(
        code: .refused,
        message: "\(call.method) token for \(host.name) from \(request.realm.authority): no token in the answer")
    }
    // What the server gives for the next time takes the place of what was shown to it.
    if let refresh = token.refreshToken { self.credentials[account] = .identityToken(refresh) }
    tokens[host.name, default: []].removeAll { $0.end <= timekeeper.now() || $0.scopes == token.scopes }
    tokens[host.name, default: []].append(token)
    return token.authorization
  }

  private func ask(
    _ request: TokenRequest, _ host: RegistryHost, _ credentials: Credentials?, asForm: Bool
  ) async throws -> (Call, HTTPResponse) {
    let question = request.httpRequest(credentials, asForm: asForm)
    let call = Call(
      operation: .authenticate, method: question.method, url: request.realm,
      subject: "\(host.name) from \(request.realm.authority)", scopes: [])
    do { return (call, try await send(question, host)) } catch let error as HTTPError {
      throw RegistryError(call, at: call.url, error)
    }
  }

  private func fetchCredentials(_ account: String) async throws -> Credentials? {
    if let running = fetches[account] { return try await running.value }
    let fetch = Task { try await source(account) }
    fetches[account] = fetch
    defer { fetches[account] = nil }
    let fresh = try await fetch.value
    credentials[account] = .some(fresh)
    return fresh
  }
}
