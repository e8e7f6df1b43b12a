import FaultyRegistries
import Native
import OCI
import Testing

@testable import Registries

@Suite("Authentication")
struct AuthenticationTests {
  @Test(
    "challenges as servers write them",
    arguments: [
      ("Basic realm=\"a, b\"", [Challenge(scheme: "basic", parameters: ["realm": "a, b"])]),
      (
        "Bearer realm=\"https://auth.example/token\",service=\"r\",scope=\"repository:a:pull,push\"",
        [
          Challenge(
            scheme: "bearer",
            parameters: ["realm": "https://auth.example/token", "service": "r", "scope": "repository:a:pull,push"])
        ]
      ),
      (
        "Negotiate, BASIC Realm = \"q\\\"uote\" , Bearer realm=x",
        [
          Challenge(scheme: "negotiate", parameters: [:]), Challenge(scheme: "basic", parameters: ["realm": "q\"uote"]),
          Challenge(scheme: "bearer", parameters: ["realm": "x"]),
        ]
      ),
      ("", []), (",,\"", []),
      ("Basic realm=\"never closed", [Challenge(scheme: "basic", parameters: ["realm": "never closed"])]),
      ("=x", [Challenge(scheme: "x", parameters: [:])]),
    ])
  func challenges(header: String, expected: [Challenge]) {
    #expect(Challenge.parse(header) == expected)
  }

  @Test("any bytes are parsed to an end", arguments: 0..<200)
  func fuzz(seed: Int) {
    var generator = SystemRandomNumberGenerator()
    let alphabet = Array("Basic realm=\"\\,= \t;ü\u{0}a")
    let text = String((0..<(seed % 40)).map { _ in alphabet[Int.random(in: 0..<alphabet.count, using: &generator)] })
    #expect(Challenge.parse(text).count <= text.count)
  }

  private let image: TestImage
  private let time = ManualTime()

  init() throws { image = try TestImage() }

  private func reference(_ registry: FaultyRegistry) -> Reference {
    Reference(registry: registry.host, repository: "team/app", tag: "v1")
  }

  @Test("a bearer token is fetched once, for pull and push, with the service encoded")
  func bearer() async throws {
    let registry = try FaultyRegistry(Manner { $0.authentication = .bearer })
    let client = RegistryClient.patient(time) { _ in .password(user: "AWS", password: registry.password) }
    _ = try await client.push(image.push(), to: reference(registry))
    let tokens = registry.requests.filter { $0.path == "/token" }
    #expect(tokens.map(\.target) == ["/token?service=a%20service&scope=repository:team/app:pull,push"])
  }

  @Test("a mount asks for both repositories in one token")
  func mountScopes() async throws {
    let registry = try FaultyRegistry(Manner { $0.authentication = .bearer })
    let client = RegistryClient.patient(time) { _ in .password(user: "AWS", password: registry.password) }
    _ = try await client.push(image.push(mountFrom: ["team/base"]), to: reference(registry))
    let tokens = registry.requests.filter { $0.path == "/token" }.map(\.target)
    #expect(
      tokens.contains("/token?service=a%20service&scope=repository:team/app:pull,push&scope=repository:team/base:pull"))
  }

  @Test(
    "a token or password that ends in mid-push is renewed, and the push goes on",
    arguments: [Manner.Authentication.basic, .bearer])
  func expiry(authentication: Manner.Authentication) async throws {
    let registry = try FaultyRegistry(
      Manner { $0.authentication = authentication },
      FaultSchedule([.init(.expire, at: .startUpload, skip: 1), .init(.expire, at: .putManifest)]))
    let asked = Counter()
    let client = RegistryClient.patient(time) { _ in
      asked.next()
      return .password(user: "AWS", password: registry.password)
    }
    let result = try await client.push(image.push(), to: reference(registry))
    #expect(result.uploaded == image.size)
    #expect(asked.value == 3)
    #expect(time.sleeps.isEmpty)
  }

  @Test("ECR's 403 for an expired token renews as 401 does; any other 403 is denied, exit 77")
  func forbidden() async throws {
    let refusal = #"{"errors": [{"code": "DENIED", "message": "quota"}]}"#
    let registry = try FaultyRegistry(
      Manner {
        $0.authentication = .basic
        $0.saysExpiredInText = true
      },
      FaultSchedule([
        .init(.expire, at: .startUpload, skip: 1), .init(.status(403, body: refusal), at: .putManifest, times: .max),
      ]))
    let asked = Counter()
    let client = RegistryClient.patient(time) { _ in
      asked.next()
      return .password(user: "AWS", password: registry.password)
    }
    let error = await #expect(throws: RegistryError.self) {
      _ = try await client.push(image.push(), to: reference(registry))
    }
    #expect(asked.value == 2)
    #expect(error?.message == "PUT manifest \(registry.host)/team/app:v1: 403 Forbidden: DENIED: quota")
    #expect(error?.code == .denied)
    #expect(error?.code.exitCode == 77)
  }

  @Test("what the credential source throws reaches the caller as it is")
  func sourceFails() async throws {
    struct Locked: Error {}
    let registry = try FaultyRegistry(Manner { $0.authentication = .basic })
    await #expect(throws: Locked.self) {
      _ = try await RegistryClient.patient(time) { _ in throw Locked() }.check(reference(registry))
    }
  }

  @Test(
    "a realm that would leak the password is refused",
    arguments: [
      "http://auth.example/token", "https://169.254.169.254/token", "https://localhost/token", "https://[::1]/t",
      "https://2130706433/token",
    ])
  func realms(realm: String) {
    let challenge = Challenge(scheme: "bearer", parameters: ["realm": realm])
    let registry = RegistryURL(scheme: .https, authority: "registry.example", target: "/v2/")
    let error = #expect(throws: RegistryError.self) {
      _ = try TokenRequest(challenge, scopes: [], registry: registry)
    }
    #expect(error?.code == .unsafe)
  }

  @Test("an identity token goes in a form, never in the address")
  func identityToken() throws {
    let challenge = Challenge(scheme: "bearer", parameters: ["realm": "https://auth.example/token", "service": "s"])
    let registry = RegistryURL(scheme: .https, authority: "registry.example", target: "/v2/")
    let request = try TokenRequest(challenge, scopes: [.pull("a/b")], registry: registry)
      .httpRequest(.identityToken("se+cret&"))
    #expect(request.method == "POST")
    #expect(request.url == "https://auth.example/token")
    guard case .bytes(let body) = request.body else {
      Issue.record("no body")
      return
    }
    let text = String(decoding: body, as: UTF8.self)
    #expect(text.contains("refresh_token=se%2Bcret%26"))
    #expect(text.contains("scope=repository:a/b:pull"))
  }

  @Test("printing credentials shows no secret")
  func redaction() {
    let all = [
      Credentials.password(user: "AWS", password: "hidden"), .identityToken("hidden"), .registryToken("hidden"),
    ]
    var dumped = ""
    for one in all {
      dump(one, to: &dumped)
      dumped += "\(one) \(String(reflecting: one)) \(one.basic.map { "\($0)" } ?? "")"
    }
    #expect(!dumped.contains("hidden"))
    #expect(!dumped.contains("QVdTOmhpZGRlbg"))
  }
}
