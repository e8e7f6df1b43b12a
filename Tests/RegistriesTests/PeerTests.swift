import FaultyRegistries
import Native
import OCI
import Testing

@testable import Registries

@Suite("Where names lead")
struct PeerTests {
  @Test("a request that may not reach this machine sends nothing there, whatever name leads to it")
  func refused() async throws {
    let server = try FaultyRegistry()
    let port = try #require(server.host.split(separator: ":").last)
    let client = HTTPClient()
    for name in ["127.0.0.1", "localhost"] {
      var request = HTTPRequest("GET", "http://\(name):\(port)/v2/")
      let free = try await client.send(request)
      #expect(free.status == 200)
      #expect(free.peer == "127.0.0.1")
      // The connection of before is used again: it, too, is looked at.
      request.refusesPeer = { HostAddress.isLocal($0) }
      let error = await #expect(throws: HTTPError.self) { _ = try await client.send(request) }
      #expect(error?.code == .forbidden)
      request.refusesPeer = { _ in false }
      #expect(try await client.send(request).status == 200)
    }
    #expect(server.count(.ping) == 4)
  }

  @Test("a host that answered from outside sends nobody into this machine; one that is here itself may")
  func redirects() async throws {
    let image = try TestImage()
    let registry = try FaultyRegistry(Manner { $0.redirectsBlobs = true })
    let target = Reference(registry: registry.host, repository: "a", tag: "v1")
    let client = RegistryClient.patient()
    _ = try await client.push(image.push(), to: target)
    let blob = image.content.layers[0]
    #expect(try await client.fetchBlob(blob, from: target).count == blob.size)

    client.memory.note(peer: "192.0.2.7", of: client.host(of: target))
    let error = await #expect(throws: RegistryError.self) { _ = try await client.fetchBlob(blob, from: target) }
    #expect(error?.code == .unsafe)
    #expect(error?.message.contains("its name leads to 127.0.0.1") == true)
    #expect(error?.isTemporary == false)
    #expect(registry.count(.fetchElsewhere) == 1)
  }

  @Test("nor is a password sent to a token server that is here")
  func tokens() async throws {
    let registry = try FaultyRegistry(Manner { $0.authentication = .bearer })
    let client = RegistryClient.patient { _ in .password(user: "AWS", password: registry.password) }
    let target = Reference(registry: registry.host, repository: "a", tag: "v1")
    client.memory.note(peer: "2001:db8::1", of: client.host(of: target))
    let error = await #expect(throws: RegistryError.self) { _ = try await client.check(target) }
    #expect(error?.code == .unsafe)
    #expect(registry.count(.token) == 0)
  }

  @Test(
    "only an address outside makes a host one of outside",
    arguments: [
      ("192.0.2.7", true), ("2001:db8::1", true), ("127.0.0.1", false), ("::1", false), ("169.254.169.254", false),
      ("fe80::1", false), ("", false),
    ])
  func outside(peer: String, isOutside: Bool) {
    let memory = HostMemory()
    let host = RegistryHost("registry.example", isInsecure: false)
    memory.note(peer: peer, of: host)
    #expect((memory.refusal(ofPeersFor: host) != nil) == isOutside)
    memory.note(peer: "127.0.0.1", of: host)
    #expect((memory.refusal(ofPeersFor: host) != nil) == isOutside)
  }
}
