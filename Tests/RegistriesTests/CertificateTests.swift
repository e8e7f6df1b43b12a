import Foundation
import Testing

@testable import OCI
@testable import Registries

/// A registry with TLS, of an authority that only this test knows.
private struct Authority {
  let folder: TemporaryDirectory

  init() throws {
    folder = try TemporaryDirectory()
    try openssl(
      "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
      "/CN=test authority", "-keyout", path("ca.key"), "-out", path("ca.crt"))
  }

  func path(_ name: String) -> String { "\(folder.path)/\(name)" }

  /// Makes NAME.cert and NAME.key.
  func issue(_ name: String, extensions: String) throws {
    try openssl(
      "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=\(name)", "-keyout",
      path("\(name).key"), "-out", path("\(name).csr"))
    let file = try folder.write("\(name).ext", Array(extensions.utf8))
    try openssl(
      "x509", "-req", "-in", path("\(name).csr"), "-CA", path("ca.crt"), "-CAkey", path("ca.key"), "-CAcreateserial",
      "-days", "2", "-extfile", file, "-out", path("\(name).cert"))
  }

  private func openssl(_ arguments: String...) throws {
    let made = try ServerProcess.run("openssl", arguments)
    guard made.code == 0 else { throw RegistryError(code: .local, message: made.output) }
  }

  /// A folder of certificates for `host`, with copies of files by name.
  func certificates(_ host: String, _ names: [(String, as: String)]) throws -> String {
    let root = path("certs-\(UUID().uuidString)")
    try FileManager.default.createDirectory(atPath: "\(root)/\(host)", withIntermediateDirectories: true)
    for (name, copy) in names {
      try FileManager.default.copyItem(atPath: path(name), toPath: "\(root)/\(host)/\(copy)")
    }
    return root
  }
}

@Suite("Certificates")
struct CertificateTests {
  private let authority: Authority

  init() throws {
    authority = try Authority()
    try authority.issue("server", extensions: "subjectAltName=IP:127.0.0.1,DNS:localhost")
    try authority.issue("client", extensions: "extendedKeyUsage=clientAuth")
  }

  private func client(_ folders: [String], hosts: [String: HostSettings] = [:]) -> RegistryClient {
    var configuration = RegistryClient.Configuration(hosts: hosts, timekeeper: ManualTime().timekeeper)
    configuration.certificateFolders = folders
    return RegistryClient(configuration) { _ in nil }
  }

  private func registry(clients: String? = nil) async throws -> DockerRegistry {
    try await DockerRegistry(
      certificate: (authority.path("server.cert"), authority.path("server.key")), clientAuthority: clients)
  }

  @Test("a registry of an unknown authority is refused, and taken by the host's own folder of certificates")
  func custom() async throws {
    let registry = try await registry()
    let error = await #expect(throws: RegistryError.self) { try await client([]).ping(registry.host) }
    #expect(error?.code == .unreachable)
    #expect(error?.hint?.contains("certs.d/\(registry.host)") == true, "\(String(describing: error))")
    let folder = try authority.certificates(registry.host, [("ca.crt", as: "ca.crt")])
    let trusting = client(["/nowhere", folder])
    let image = try TestImage()
    _ = try await trusting.push(
      image.push(), to: Reference(registry: registry.host, repository: "a", tag: "v1"))
    let other = try authority.certificates("other.example", [("ca.crt", as: "ca.crt")])
    await #expect(throws: RegistryError.self) { try await self.client([other]).ping(registry.host) }
    try await self.client([], hosts: [registry.host: HostSettings(isInsecure: true)]).ping(registry.host)
  }

  @Test("the first folder that the host has counts, as for podman")
  func order() async throws {
    let registry = try await registry()
    let empty = try authority.certificates(registry.host, [])
    let full = try authority.certificates(registry.host, [("ca.crt", as: "ca.crt")])
    await #expect(throws: RegistryError.self) { try await client([empty, full]).ping(registry.host) }
    try await client([full, empty]).ping(registry.host)
  }

  @Test("a registry that wants a certificate of its clients gets the host's")
  func mutual() async throws {
    let registry = try await registry(clients: authority.path("ca.crt"))
    let without = try authority.certificates(registry.host, [("ca.crt", as: "ca.crt")])
    await #expect(throws: RegistryError.self) { try await client([without]).ping(registry.host) }
    let with = try authority.certificates(
      registry.host, [("ca.crt", as: "ca.crt"), ("client.cert", as: "me.cert"), ("client.key", as: "me.key")])
    try await client([with]).ping(registry.host)
  }

  @Test("a certificate without its key is told; no name leads out of the folder")
  func incomplete() async throws {
    let folder = try authority.certificates("r.example", [("client.cert", as: "me.cert")])
    let error = await #expect(throws: RegistryError.self) { try await client([folder]).ping("r.example") }
    #expect(error?.message == "\(folder)/r.example/me.cert has no key beside it")
    #expect(error?.code == .invalid)
    for host in ["..", ".", "a/../r.example"] {
      #expect(try HostCertificates.of(host, in: [folder]) == HostCertificates())
    }
  }

  @Test("where certificates are looked for")
  func folders() {
    #expect(
      RegistryClient.certificateFolders(environment: ["HOME": "/h"]) == [
        "/h/.config/containers/certs.d", "/etc/containers/certs.d", "/etc/docker/certs.d",
      ])
    #expect(RegistryClient.certificateFolders(environment: [:]).count == 2)
  }
}
