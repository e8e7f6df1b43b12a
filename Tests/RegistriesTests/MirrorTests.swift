import FaultyRegistries
import Native
import OCI
import Testing

@testable import Registries

@Suite("Mirrors")
struct MirrorTests {
  private let image: TestImage
  private let time = ManualTime()

  init() throws { image = try TestImage() }

  /// A client that asks `mirror` before `registry`.
  private func client(_ registry: String, _ mirrors: String..., notes: Counter = Counter()) throws -> RegistryClient {
    var configuration = RegistryClient.Configuration(timekeeper: time.timekeeper)
    configuration.mirrors[registry] = try mirrors.map { try #require(RegistryMirror($0)) }
    configuration.notice = { _ in notes.next() }
    return RegistryClient(configuration) { _ in nil }
  }

  private func reference(_ host: String, _ repository: String = "team/app") -> Reference {
    Reference(registry: host, repository: repository, tag: "v1")
  }

  /// Pulls everything into memory.
  private func pull(_ client: RegistryClient, _ reference: Reference) async throws -> [[UInt8]] {
    let resolved = try await client.resolve(reference)
    var blobs = [try await client.fetchConfig(of: resolved)]
    for layer in resolved.content.layers { blobs.append(try await client.fetchBlob(layer, from: reference)) }
    return blobs
  }

  @Test("a pull asks the mirror alone, with its prefix; a push goes to the registry")
  func mirrored() async throws {
    let (registry, mirror) = (try FaultyRegistry(), try FaultyRegistry())
    _ = try await RegistryClient.patient().push(image.push(), to: reference(mirror.host, "hub/team/app"))
    let client = try client(registry.host, "\(mirror.host)/hub")
    #expect(try await !pull(client, reference(registry.host)).isEmpty)
    #expect(registry.requests.isEmpty)
    _ = try await client.push(image.push(), to: reference(registry.host))
    #expect(registry.requests.contains { $0.method == "PUT" })
    #expect(mirror.requests.filter { $0.method != "GET" }.allSatisfy { $0.target.hasPrefix("/v2/hub/team/app/") })
  }

  @Test(
    "what a mirror has not, refuses or spoils comes from the registry, byte for byte",
    arguments: [
      nil, .status(403), .status(500), .close, .status(200, body: "no manifest"),
    ] as [Fault?])
  func falls(fault: Fault?) async throws {
    let rules = fault.map { [FaultSchedule.Rule($0, at: .checkManifest, .fetchManifest, times: .max)] } ?? []
    let (registry, mirror) = (try FaultyRegistry(), try FaultyRegistry(Manner(), FaultSchedule(rules)))
    _ = try await RegistryClient.patient().push(image.push(), to: reference(registry.host))
    var byDigest = reference(registry.host)
    byDigest.tag = nil
    byDigest.digest = Digest(sha256: try SHA256.hash(image.push().manifest))
    let pulled = try await pull(try client(registry.host, mirror.host), byDigest)
    #expect(pulled == (try await pull(.patient(), byDigest)))
    #expect(!mirror.requests.isEmpty)
    #expect(time.sleeps.isEmpty)
  }

  @Test("a mirror that nobody answers at is tried once, and told")
  func down() async throws {
    let registry = try FaultyRegistry()
    _ = try await RegistryClient.patient().push(image.push(), to: reference(registry.host))
    let notes = Counter()
    _ = try await pull(try client(registry.host, "127.0.0.1:1", notes: notes), reference(registry.host))
    #expect(notes.value == 1)
    #expect(time.sleeps.isEmpty)
  }

  @Test("a blob whose mirror breaks in the middle goes on at the registry from there")
  func broken() async throws {
    let rule = FaultSchedule.Rule(.cut(afterBytes: 400), at: .fetchBlob, times: .max)
    let (registry, mirror) = (try FaultyRegistry(), try FaultyRegistry(Manner(), FaultSchedule([rule])))
    for host in [registry.host, mirror.host] {
      _ = try await RegistryClient.patient().push(image.push(), to: reference(host))
    }
    let pulled = try await pull(try client(registry.host, mirror.host), reference(registry.host))
    #expect(pulled == (try await pull(.patient(), reference(registry.host))))
    #expect(registry.requests.contains { $0.range != nil })
  }

  @Test("a mirror's credentials are asked for by its own name, and those of the registry do not go there")
  func credentials() async throws {
    let (registry, mirror) = (try Self.locked("r"), try Self.locked("m"))
    let source: CredentialSource = { .password(user: "AWS", password: $0 == mirror.host ? "m" : "r") }
    _ = try await RegistryClient.patient(credentials: source).push(image.push(), to: reference(registry.host))
    var configuration = RegistryClient.Configuration(timekeeper: time.timekeeper)
    configuration.mirrors[registry.host] = [try #require(RegistryMirror(mirror.host))]
    _ = try await pull(RegistryClient(configuration, credentials: source), reference(registry.host))
    let seen = Set(mirror.requests.compactMap(\.authorization))
    #expect(seen == [try #require(Credentials.password(user: "AWS", password: "m").basic).header])
  }

  private static func locked(_ password: String) throws -> FaultyRegistry {
    try FaultyRegistry(
      Manner {
        $0.authentication = .basic
        $0.passwords = [password]
      })
  }

  @Test("the registry's own state is not asked of a mirror: a push sees its own tag")
  func state() async throws {
    let (registry, mirror) = (try FaultyRegistry(), try FaultyRegistry())
    _ = try await RegistryClient.patient().push(image.push(), to: reference(mirror.host))
    let client = try client(registry.host, mirror.host)
    #expect(try await client.check(reference(registry.host)) == nil)
    #expect(try await !client.push(image.push(), to: reference(registry.host)).wasThere)
  }

  @Test("what names no mirror is refused", arguments: ["", "/hub", "host/UPPER", "https://host", "a b", "host:x"])
  func names(text: String) {
    #expect(RegistryMirror(text) == nil)
  }
}
