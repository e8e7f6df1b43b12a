import Native

/// Remembers, for each registry, how it wants to be authenticated to and what it took last; gets anew what it refused.
///
/// Requests that are refused together share one renewal.
actor Authenticator {
  /// Sends a request to a token server. Throws `HTTPError`.
  typealias Sender = @Sendable (HTTPRequest) async throws -> HTTPResponse

  private struct Key: Hashable {
    let host: String
    let scopes: [Scope]
  }

  private let source: CredentialSource
  private let timekeeper: Timekeeper
  private let send: Sender
  private var challenges: [String: Challenge] = [:]
  private var credentials: [String: Credentials] = [:]
  private var tokens: [String: [BearerToken]] = [:]
  private var fetches: [String: Task<Credentials?, any Error>] = [:]
  private var renewals: [Key: Task<Authorization?, any Error>] = [:]

  init(_ source: @escaping CredentialSource, _ timekeeper: Timekeeper, send: @escaping Sender) {
    self.source = source
    self.timekeeper = timekeeper
    self.send = send
  }

  /// What to send with a request before the registry has said anything about it; nil for nothing.
  func authorization(for host: RegistryHost, _ scopes: [Scope]) async throws -> Authorization? {
    // ECR always asks for Basic, so the first refusal can be spared.
    if challenges[host.name] == nil, ECRHost(host.name) != nil {
      challenges[host.name] = Challenge(scheme: "basic", parameters: [:])
      return try await fetchCredentials(for: host.name)?.basic
    }
    return current(host, scopes)
  }

  private func current(_ host: RegistryHost, _ scopes: [Scope]) -> Authorization? {
    if case .registryToken(let token) = credentials[host.name] { return Authorization(header: "Bearer \(token)") }
    switch challenges[host.name]?.scheme {
    case "basic": return credentials[host.name]?.basic
    case "bearer":
      let now = timekeeper.now()
      return tokens[host.name, default: []]
        .first { token in token.end > now && scopes.allSatisfy { $0.isCovered(by: token.scopes) } }?.authorization
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
    if let challenge = offered.first(where: { ["basic", "bearer"].contains($0.scheme) }) {
      challenges[host.name] = challenge
    }
    if let current = current(host, call.scopes), current != refused { return current }
    let key = Key(host: host.name, scopes: call.scopes)
    if let running = renewals[key] { return try await running.value }
    let renewal = Task { try await obtain(for: host, call, refused: refused) }
    renewals[key] = renewal
    defer { renewals[key] = nil }
    return try await renewal.value
  }

  private func obtain(for host: RegistryHost, _ call: Call, refused: Authorization?) async throws -> Authorization? {
    guard let challenge = challenges[host.name] else { return nil }
    if case .registryToken = credentials[host.name] { credentials[host.name] = nil }
    let known = credentials[host.name]
    if challenge.scheme == "basic" {
      let fresh = try await fetchCredentials(for: host.name)?.basic
      return fresh == refused ? nil : fresh
    }
    if let refused { tokens[host.name]?.removeAll { $0.authorization == refused } }
    let request = try TokenRequest(challenge, scopes: call.scopes, registry: call.url)
    if let known, let token = try await token(request, host, known, isLast: false) { return token }
    let fresh = try await fetchCredentials(for: host.name)
    if case .registryToken(let token) = fresh {
      let authorization = Authorization(header: "Bearer \(token)")
      return authorization == refused ? nil : authorization
    }
    return try await token(request, host, fresh, isLast: true)
  }

  /// - Returns: nil when the token server refuses `credentials` and others may be had.
  private func token(
    _ request: TokenRequest, _ host: RegistryHost, _ credentials: Credentials?, isLast: Bool
  ) async throws -> Authorization? {
    let question = request.httpRequest(credentials)
    let call = Call(
      operation: .authenticate, method: question.method, url: request.realm,
      subject: "\(host.name) from \(request.realm.authority)", scopes: [])
    let answer: HTTPResponse
    do { answer = try await send(question) } catch let error as HTTPError {
      throw RegistryError(call, at: call.url, error)
    }
    guard answer.status == 200 else {
      if !isLast, [400, 401, 403].contains(answer.status) { return nil }
      throw RegistryError(call, answer)
    }
    guard let token = request.token(from: answer.body, now: timekeeper.now()) else {
      throw RegistryError(
        code: .refused, message: "GET token for \(host.name) from \(request.realm.authority): no token in the answer")
    }
    tokens[host.name, default: []].removeAll { $0.end <= timekeeper.now() || $0.scopes == token.scopes }
    tokens[host.name, default: []].append(token)
    return token.authorization
  }

  private func fetchCredentials(for host: String) async throws -> Credentials? {
    if let running = fetches[host] { return try await running.value }
    let fetch = Task { try await source(host) }
    fetches[host] = fetch
    defer { fetches[host] = nil }
    let fresh = try await fetch.value
    credentials[host] = fresh
    return fresh
  }
}
