import Native
import Synchronization
import Testing

@testable import OCI
@testable import Registries

/// A token server that a test plays, and what it was asked.
private final class TokenServer: Sendable {
  private let requests = Mutex<[HTTPRequest]>([])
  private let answers: @Sendable (HTTPRequest, Int) -> HTTPResponse

  init(_ answers: @escaping @Sendable (HTTPRequest, Int) -> HTTPResponse) { self.answers = answers }

  var asked: [String] { requests.withLock { $0.map { "\($0.method) \($0.url)" } } }

  var forms: [String] {
    requests.withLock { requests in
      requests.compactMap { request in
        guard case .bytes(let bytes) = request.body else { return nil }
        return String(decoding: bytes, as: UTF8.self)
      }
    }
  }

  func answer(_ request: HTTPRequest) -> HTTPResponse {
    let number = requests.withLock { requests in
      requests.append(request)
      return requests.count
    }
    return answers(request, number)
  }

  static func token(_ json: String) -> HTTPResponse { HTTPResponse(status: 200, body: Array(json.utf8)) }
}

@Suite("Tokens")
struct TokenTests {
  private let host = RegistryHost("registry.example", isInsecure: false)
  private let time = ManualTime()

  private func call(_ repository: String, push: Bool = false) -> Call {
    Call(
      operation: .fetchManifest, method: "GET", url: host.url("\(repository)/manifests/a", scheme: .https),
      subject: "registry.example/\(repository):a", scopes: [push ? .push(repository) : .pull(repository)],
      account: "registry.example")
  }

  private func refusal(_ challenges: String...) -> HTTPResponse {
    var headers = HTTPHeaders()
    for challenge in challenges { headers.add("WWW-Authenticate", challenge) }
    return HTTPResponse(status: 401, headers: headers)
  }

  private func authenticator(
    _ server: TokenServer, _ credentials: @escaping CredentialSource = { _ in .password(user: "u", password: "p") }
  ) -> Authenticator {
    Authenticator(credentials, time.timekeeper) { request, _ in server.answer(request) }
  }

  private let bearer = #"Bearer realm="https://auth.example/token",service="r""#

  @Test("where Basic and Bearer are offered, in one header or two, a token is taken")
  func both() async throws {
    for refusal in [
      refusal(#"Basic realm="r", "# + bearer), refusal(bearer + #", Basic realm="r""#),
      refusal(#"Basic realm="r""#, bearer),
    ] {
      let server = TokenServer { _, _ in TokenServer.token(#"{"token": "t"}"#) }
      let renewed = try await authenticator(server).renew(for: host, call("a"), after: refusal, refused: nil)
      #expect(renewed?.header == "Bearer t")
      #expect(server.asked == ["GET https://auth.example/token?service=r&scope=repository:a:pull"])
    }
  }

  @Test("a bearer challenge without a token server leaves Basic")
  func noRealm() async throws {
    let server = TokenServer { _, _ in HTTPResponse(status: 500) }
    let renewed = try await authenticator(server).renew(
      for: host, call("a"), after: refusal("Bearer error=\"invalid_token\", Basic realm=r"), refused: nil)
    #expect(renewed?.header == "Basic dTpw")
    #expect(server.asked.isEmpty)
  }

  @Test("once it is known that a registry wants tokens, another repository's is had before the registry asks")
  func ahead() async throws {
    let server = TokenServer { _, number in TokenServer.token(#"{"token": "t\#(number)", "expires_in": 300}"#) }
    let one = authenticator(server)
    #expect(try await one.authorization(for: host, call("a")) == nil)
    _ = try await one.renew(for: host, call("a"), after: refusal(bearer), refused: nil)
    #expect(try await one.authorization(for: host, call("a"))?.header == "Bearer t1")
    #expect(try await one.authorization(for: host, call("b", push: true))?.header == "Bearer t2")
    // To push is to be allowed to pull, too.
    #expect(try await one.authorization(for: host, call("b"))?.header == "Bearer t2")
    #expect(server.asked.count == 2)
  }

  @Test("a token is renewed before its end: when nine tenths of its time are over")
  func early() async throws {
    let server = TokenServer { _, number in TokenServer.token(#"{"access_token": "t\#(number)", "expires_in": "100"}"#)
    }
    let one = authenticator(server)
    _ = try await one.renew(for: host, call("a"), after: refusal(bearer), refused: nil)
    time.advance(by: .seconds(89))
    #expect(try await one.authorization(for: host, call("a"))?.header == "Bearer t1")
    time.advance(by: .seconds(2))
    #expect(try await one.authorization(for: host, call("a"))?.header == "Bearer t2")
  }

  @Test("a lifetime that is none means a minute", arguments: ["null", "\"soon\"", "\"nan\"", "1e400", "{}"])
  func lifetimes(text: String) async throws {
    let server = TokenServer { _, number in TokenServer.token(#"{"token": "t\#(number)", "expires_in": \#(text)}"#) }
    let one = authenticator(server)
    let renewed = try? await one.renew(for: host, call("a"), after: refusal(bearer), refused: nil)
    // A number that JSON's reader refuses spoils the answer; none may end the program.
    if text != "1e400" { #expect(renewed?.header == "Bearer t1") }
  }

  @Test("a token server of OAuth alone is asked by POST, at once from the second time on", arguments: [404, 405])
  func form(status: Int) async throws {
    let server = TokenServer { request, number in
      request.method == "GET" ? HTTPResponse(status: status) : TokenServer.token(#"{"access_token": "t\#(number)"}"#)
    }
    let one = authenticator(server) { _ in .password(user: "u&", password: "p=+ü") }
    _ = try await one.renew(for: host, call("a"), after: refusal(bearer), refused: nil)
    #expect(try await one.authorization(for: host, call("b"))?.header == "Bearer t3")
    #expect(server.asked.map { $0.prefix(4) } == ["GET ", "POST", "POST"])
    #expect(
      server.forms.first
        == "grant_type=password&username=u%26&password=p%3D%2B%C3%BC&access_type=offline&client_id=imagesmith&service=r"
        + "&scope=repository:a:pull")
  }

  @Test("what a token server gives for the next time is shown to it then, and the password no more")
  func refresh() async throws {
    let server = TokenServer { _, number in
      TokenServer.token(#"{"token": "t\#(number)", "refresh_token": "r\#(number)"}"#)
    }
    let one = authenticator(server)
    _ = try await one.renew(for: host, call("a"), after: refusal(bearer), refused: nil)
    _ = try await one.authorization(for: host, call("b"))
    _ = try await one.authorization(for: host, call("c"))
    #expect(server.forms.count == 2)
    #expect(server.forms[0].hasPrefix("grant_type=refresh_token&refresh_token=r1&"))
    #expect(server.forms[1].hasPrefix("grant_type=refresh_token&refresh_token=r2&"))
  }

  @Test("an identity token that is refused is asked for once more, then the refusal is the error, without the token")
  func refused() async throws {
    let server = TokenServer { _, _ in HTTPResponse(status: 401, body: Array(#"{"details": "no"}"#.utf8)) }
    let asked = Counter()
    let one = authenticator(server) { _ in
      asked.next()
      return .identityToken("hidden")
    }
    let error = await #expect(throws: RegistryError.self) {
      _ = try await one.renew(for: host, call("a"), after: refusal(bearer), refused: nil)
    }
    #expect(asked.value == 1)
    #expect(error?.code == .unauthorized)
    #expect(error.map { "\($0)" }?.contains("hidden") == false)
  }

  @Test("without credentials the token is anybody's, and a registry's own scope is asked for with it")
  func anonymous() async throws {
    let server = TokenServer { _, _ in TokenServer.token(#"{"token": "t"}"#) }
    let one = authenticator(server) { _ in nil }
    _ = try await one.renew(for: host, call("a"), after: refusal(bearer + #",scope="aws""#), refused: nil)
    #expect(server.asked == ["GET https://auth.example/token?service=r&scope=repository:a:pull&scope=aws"])
  }

  @Test("a login for a namespace alone is asked for by that name, and others do not see it")
  func accounts() async throws {
    let server = TokenServer { request, _ in
      TokenServer.token(#"{"token": "\#(request.headers["Authorization"] ?? "")"}"#)
    }
    let one = authenticator(server) { account in .password(user: account, password: "") }
    var team = call("team/app")
    team.account = "registry.example/team"
    let ofTeam = try await one.renew(for: host, team, after: refusal(bearer), refused: nil)
    let ofAll = try await one.authorization(for: host, call("other"))
    #expect(ofTeam != nil && ofAll != nil && ofTeam != ofAll)
  }

  @Test("a host that is known to want Basic gets it with the first request; one account's goes nowhere else")
  func basicFirst() async throws {
    let server = TokenServer { _, _ in HTTPResponse(status: 500) }
    let asked = Counter()
    let one = authenticator(server) { account in
      asked.next()
      return .password(user: account, password: "p")
    }
    let ecr = RegistryHost("123456789012.dkr.ecr.us-east-1.amazonaws.com", isInsecure: false)
    let first = try await one.authorization(for: ecr, call("a"))
    let second = try await one.authorization(for: ecr, call("b"))
    #expect(first != nil && first == second)
    #expect(asked.value == 1)
    #expect(RegistryHost("127.0.0.1:5000", isInsecure: false, wantsBasic: true).wantsBasic)
    #expect(try await one.authorization(for: host, call("a")) == nil)
  }
}
