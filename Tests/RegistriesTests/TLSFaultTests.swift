import FaultyRegistries
import Foundation
import OCI
import Testing

@testable import Registries

/// What a registry behind TLS may not do, and what it may get wrong, by the relay in `Fixtures/tls_relay.py`.
@Suite("Faults behind TLS")
struct TLSFaultTests {
  private struct Relay {
    let directory: TemporaryDirectory
    let certificate: String
    private let process: ServerProcess
    /// `127.0.0.1:PORT`.
    let host: String

    init(before registry: FaultyRegistry) async throws {
      directory = try TemporaryDirectory()
      certificate = directory.path + "/cert.pem"
      let key = directory.path + "/key.pem"
      let made = try ServerProcess.run(
        "openssl",
        [
          "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
          "/CN=test", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate,
        ])
      try #require(made.code == 0, "\(made.output)")
      let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/tls_relay.py").path
      let port = registry.host.split(separator: ":").last.map(String.init) ?? ""
      process = try await ServerProcess("python3", [script, certificate, key, port]) { $0.contains("\n") }
      host = "127.0.0.1:" + process.text.filter(\.isNumber)
    }

    /// Trusts the relay.
    var client: RegistryClient {
      RegistryClient(
        .init(
          hosts: [host: HostSettings(caBundle: certificate)], smallSize: 0, timekeeper: ManualTime().timekeeper),
        credentials: { _ in nil })
    }

    var target: Reference { Reference(registry: host, repository: RoundTrip.repository, tag: "v1") }
  }

  private let image: TestImage

  init() throws { image = try TestImage() }

  @Test("a connection that breaks off within TLS, and the registry's own address with http")
  func survives() async throws {
    let kinds: [RequestKind] = [.checkBlob, .startUpload, .finishUpload, .putManifest, .fetchManifest, .fetchBlob]
    let rules = [0, 30, 300].flatMap { byte in kinds.map { FaultSchedule.Rule(.cut(afterBytes: byte), at: $0) } }
    let registry = try FaultyRegistry(Manner { $0.locations = .absolute }, FaultSchedule(rules))
    let relay = try await Relay(before: registry)
    _ = try await relay.client.push(image.push(), to: relay.target)
    let trip = RoundTrip(registry, image)
    trip.expectStored()
    try await RoundTrip(registry, image, target: relay.target).pull(by: relay.client)
  }

  @Test(
    "a redirect from https to http is refused, whoever is there",
    arguments: [RequestKind.fetchManifest, .fetchBlob, .checkBlob, .startUpload])
  func downgrade(kind: RequestKind) async throws {
    let elsewhere = try FaultyRegistry()
    let fault =
      kind == .startUpload
      ? Fault.header("Location", "http://\(elsewhere.host)/upload?secret")
      : .redirect("http://\(elsewhere.host)/v2/x?secret")
    let registry = try FaultyRegistry(Manner(), FaultSchedule([.init(fault, at: kind, times: .max)]))
    if kind == .fetchManifest || kind == .fetchBlob {
      try registry.keep(Array(image.blobs.values), manifest: image.manifest, as: "v1", in: RoundTrip.repository)
    }
    let relay = try await Relay(before: registry)
    let error = await #expect(throws: RegistryError.self) {
      if kind == .fetchManifest || kind == .fetchBlob {
        try await RoundTrip(registry, image, target: relay.target).pull(by: relay.client)
      } else {
        _ = try await relay.client.push(image.push(), to: relay.target)
      }
    }
    #expect(error?.code == .unsafe)
    #expect(error?.code.exitCode == 69)
    #expect(error?.message.contains("over plain HTTP") == true)
    #expect(error?.description.contains("secret") == false)
    #expect(elsewhere.requests.isEmpty)
  }
}
