import FoundationEssentials

/// Who may come in: Basic, or Bearer with a token server of its own.
///
/// Source: distribution's "Token Authentication Specification".
struct Gatekeeper: Sendable {
  let manner: Manner
  private var expiries = 0
  private var tokenCount = 0
  /// The scopes of each token that is good now.
  private var tokens: [String: [String]] = [:]

  init(_ manner: Manner) { self.manner = manner }

  /// The one that is good now.
  var password: String { manner.passwords[min(expiries, manner.passwords.count - 1)] }

  private func isPassword(_ authorization: String?, of passwords: some Sequence<String>) -> Bool {
    passwords.contains { authorization == "Basic " + Data("AWS:\($0)".utf8).base64EncodedString() }
  }

  mutating func expire() {
    expiries += 1
    tokens = [:]
  }

  /// The answer to a request that may not come in; nil for one that may.
  ///
  /// - Parameter host: where the token server is.
  func refusal(_ request: Request, _ route: Route, host: String) -> Answer? {
    switch manner.authentication {
    case nil: return nil
    case .basic:
      if isPassword(request.authorization, of: [password]) { return nil }
      if manner.saysExpiredInText, isPassword(request.authorization, of: manner.passwords) {
        return Answer(
          403, [("Content-Type", "text/plain; charset=utf-8")],
          Array("Your authorization token has expired. Reauthenticate and try again.".utf8))
      }
      return Self.refusal(challenge: #"Basic realm="https://\#(host)/",service="ecr.amazonaws.com""#)
    case .bearer:
      let given = request.authorization.flatMap { $0.hasPrefix("Bearer ") ? tokens[String($0.dropFirst(7))] : nil }
      if let given, Self.needs(request, route).allSatisfy({ given.contains($0) }) { return nil }
      let error = given == nil ? "" : #",error="insufficient_scope""#
      return Self.refusal(challenge: #"Bearer realm="http://\#(host)/token",service="a service"\#(error)"#)
    }
  }

  private static func refusal(challenge: String) -> Answer {
    var answer = Answer.refusal(401, "UNAUTHORIZED", "authentication required")
    answer["WWW-Authenticate"] = challenge
    return answer
  }

  /// `REPOSITORY:ACTION` of each permission that a request takes.
  private static func needs(_ request: Request, _ route: Route) -> [String] {
    switch route.kind {
    case .ping, .token, .fetchElsewhere, .sendElsewhere, .other: []
    case .checkManifest, .fetchManifest, .checkBlob, .fetchBlob, .listTags: ["\(route.repository):pull"]
    case .deleteManifest: ["\(route.repository):delete"]
    case .putManifest, .startUpload, .sendChunk, .finishUpload, .askUpload: ["\(route.repository):push"]
    case .mountBlob: ["\(route.repository):push"] + request.query("from").map { "\($0):pull" }
    }
  }

  mutating func token(_ request: Request) -> Answer {
    guard isPassword(request.authorization, of: [password]) else {
      return Answer(401, [], Array(#"{"details": "incorrect username or password"}"#.utf8))
    }
    tokenCount += 1
    // repository:NAME:ACTION,ACTION
    tokens["token-\(tokenCount)"] = request.query("scope").flatMap { scope -> [String] in
      let parts = scope.split(separator: ":")
      guard parts.count == 3 else { return [] }
      return parts[2].split(separator: ",").map { "\(parts[1]):\($0)" }
    }
    return Answer(200, [], Array(#"{"token": "token-\#(tokenCount)", "expires_in": 300}"#.utf8))
  }
}
