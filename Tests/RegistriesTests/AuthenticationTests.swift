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

  private func reference(_ registry: MisbehavingRegistry) -> Reference {
    Reference(registry: registry.host, repository: "team/app", tag: "v1")
  }

  @Test("a bearer token is fetched once, for pull and push, with the service encoded")
  func bearer() async throws {
    let registry = try await MisbehavingRegistry(#"{"auth": {"scheme": "bearer", "passwords": ["p"]}}"#)
    let client = RegistryClient.patient(time) { _ in .password(user: "AWS", password: "p") }
    _ = try await client.push(image.push(), to: reference(registry))
    let tokens = try await registry.requests().filter { $0.target.hasPrefix("/token") }
    #expect(tokens.map(\.target) == ["/token?service=a%20service&scope=repository:team/app:pull,push"])
  }

  @Test("a mount asks for both repositories in one token")
  func mountScopes() async throws {
    let registry = try await MisbehavingRegistry(
      #"{"mount": 201, "auth": {"scheme": "bearer", "passwords": ["p"]}}"#)
    let client = RegistryClient.patient(time) { _ in .password(user: "AWS", password: "p") }
    _ = try await client.push(image.push(mountFrom: ["team/base"]), to: reference(registry))
    let tokens = try await registry.requests().filter { $0.target.hasPrefix("/token") }.map(\.target)
    #expect(
      tokens.contains("/token?service=a%20service&scope=repository:team/app:pull,push&scope=repository:team/base:pull"))
  }

  @Test("a token or password that ends in mid-push is renewed, and the push goes on", arguments: ["basic", "bearer"])
  func expiry(scheme: String) async throws {
    let registry = try await MisbehavingRegistry(
      """
      {"auth": {"scheme": "\(scheme)", "passwords": ["one", "two", "three"]}, "rules": [
        {"method": "POST", "path": "uploads", "skip": 1, "do": "expire"},
        {"method": "PUT", "path": "manifests", "do": "expire"}]}
      """)
    let asked = Counter()
    let client = RegistryClient.patient(time) { _ in
      .password(user: "AWS", password: ["one", "two", "three"][min(asked.next(), 3) - 1])
    }
    let result = try await client.push(image.push(), to: reference(registry))
    #expect(result.uploaded == image.size)
    #expect(asked.value == 3)
    #expect(time.sleeps.isEmpty)
  }

  @Test("ECR's 403 for an expired token renews as 401 does; any other 403 is denied, exit 77")
  func forbidden() async throws {
    let registry = try await MisbehavingRegistry(
      """
      {"auth": {"scheme": "basic", "passwords": ["one", "two"]}, "rules": [
        {"method": "POST", "path": "uploads", "skip": 1, "do": "status", "status": 403, "expire": true,
         "body": "Your authorization token has expired. Reauthenticate and try again."},
        {"method": "PUT", "path": "manifests", "do": "status", "status": 403, "times": 9,
         "body": "{\\"errors\\": [{\\"code\\": \\"DENIED\\", \\"message\\": \\"quota\\"}]}"}]}
      """)
    let asked = Counter()
    let client = RegistryClient.patient(time) { _ in
      .password(user: "AWS", password: asked.next() == 1 ? "one" : "two")
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
    let registry = try await MisbehavingRegistry(#"{"auth": {"scheme": "basic", "passwords": ["p"]}}"#)
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
