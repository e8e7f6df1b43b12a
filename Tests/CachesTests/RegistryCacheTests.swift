import Builds
import Foundation
import Layers
import Native
import OCI
import Registries
import Testing

@testable import Caches

@Suite("A cache in a registry", .serialized)
struct RegistryCacheTests {
  private let folder: TestFolder

  init() throws { folder = try TestFolder() }

  private func cache(_ registry: LocalRegistry, tag: String = "main") -> RegistryCache {
    RegistryCache(
      Reference(registry: registry.host, repository: "team/cache", tag: tag), client: registry.client)
  }

  @Test("what one machine leaves another one finds, by one request, with its layers")
  func twoMachines() async throws {
    let registry = try await LocalRegistry(in: folder)
    var first = try Machine(folder, "first")
    try first.does("RUN one")
    try first.does("COPY a /")
    try first.doesNothing("WORKDIR /")
    try first.stands(on: "debian/trixie", "base")
    #expect(
      try await cache(registry).write(first.export)
        == .written(blobs: 3, sent: first.content.blobs.map(\.size).reduce(0, +)))

    let before = try await registry.requests().count
    let other = cache(registry)
    #expect(try await other.content() == first.content)
    #expect(try await other.content() == first.content)
    #expect(try await registry.requests().dropFirst(before) == ["GET /v2/team/cache/manifests/main"])
    let store = try BlobStore(directory: folder("second"))
    for blob in first.content.blobs {
      try await other.fetch(blob, into: store)
      try store.verify(blob.digest)
    }
  }

  @Test("nothing new is nothing written, and no request beyond the one that reads")
  func unchanged() async throws {
    let registry = try await LocalRegistry(in: folder)
    var machine = try Machine(folder, "a")
    try machine.does("RUN one")
    _ = try await cache(registry).write(machine.export)
    let before = try await registry.requests().count
    let again = cache(registry)
    #expect(try await again.content() == machine.content)
    #expect(try await again.write(machine.export) == .unchanged)
    #expect(try await registry.requests().count == before + 1)
  }

  @Test("a new step costs its layer, two manifests and a look at the tags")
  func oneMore() async throws {
    let registry = try await LocalRegistry(in: folder)
    var machine = try Machine(folder, "a")
    try machine.does("RUN one")
    _ = try await cache(registry).write(machine.export)
    try machine.does("RUN two")
    let again = cache(registry)
    _ = try await again.content()
    let before = try await registry.requests().count
    #expect(try await again.write(machine.export) == .written(blobs: 1, sent: 203))
    let requests = Array(try await registry.requests().dropFirst(before))
    #expect(requests.filter { $0.hasPrefix("PUT") && $0.contains("/manifests/") }.count == 2)
    #expect(requests.filter { $0.contains("/tags/list") }.count == 1)
    #expect(requests.count <= 6)
  }

  @Test("layers that an image's repository has are mounted, not sent")
  func mounts() async throws {
    let registry = try await LocalRegistry(in: folder)
    var machine = try Machine(folder, "a")
    try machine.does("RUN one")
    for blob in machine.content.blobs {
      let image = Reference(registry: registry.host, repository: "team/image", tag: "1")
      try await registry.client.upload(blob, path: machine.blobs.path(of: blob.digest), to: image)
      try machine.blobs.remove(blob.digest)
    }
    var export = machine.export
    export.mountFrom = ["team/image"]
    #expect(try await cache(registry).write(export) == .written(blobs: 1, sent: 0))
    #expect(try await cache(registry).content() == machine.content)
  }

  @Test("a step whose layer is nowhere is left out, and that again is nothing new")
  func nowhere() async throws {
    let registry = try await LocalRegistry(in: folder)
    var machine = try Machine(folder, "a")
    try machine.does("RUN one")
    let lost = try machine.does("RUN lost")
    try machine.blobs.remove(try #require(lost.layer).descriptor.digest)
    _ = try await cache(registry).write(machine.export)
    #expect(try await cache(registry).content()?.names == ["RUN one"])
    #expect(try await cache(registry).write(machine.export) == .unchanged)
  }

  @Test("from one cache into another, by way of this machine or of the registry")
  func between() async throws {
    let registry = try await LocalRegistry(in: folder)
    var machine = try Machine(folder, "a")
    try machine.does("RUN one")
    let origin = FolderCache(directory: folder("origin"))
    _ = try await origin.write(machine.export)
    var export = CacheExport(content: machine.content, blobs: try BlobStore(directory: folder("empty")))
    export.origins = [origin]
    #expect(try await cache(registry).write(export) == .written(blobs: 1, sent: 203))
  }

  @Test("eight writers at once: nobody's entries are lost", arguments: 1...3)
  func writers(round: Int) async throws {
    let registry = try await LocalRegistry(in: folder)
    if round > 1 {
      var early = try Machine(folder, "early")
      try early.does("RUN early")
      _ = try await cache(registry).write(early.export)
    }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 1...8 {
        var machine = try Machine(folder, "m\(number)")
        try machine.does("RUN \(number)")
        try machine.does("RUN all")
        let (cache, export) = (cache(registry), machine.export)
        group.addTask {
          guard case .written = try await cache.write(export) else { throw Unexpected() }
        }
      }
      try await group.waitForAll()
    }
    let content = try #require(try await cache(registry).content())
    #expect(content.names == ((1...8).map { "RUN \($0)" } + ["RUN all"] + (round > 1 ? ["RUN early"] : [])).sorted())
    let store = try BlobStore(directory: folder("reader"))
    for blob in content.blobs { try await cache(registry).fetch(blob, into: store) }
  }

  private struct Unexpected: Error {}

  @Test("old versions go, the cache stays")
  func cleaning() async throws {
    let registry = try await LocalRegistry(in: folder)
    var machine = try Machine(folder, "a")
    for number in 1...26 {
      try machine.does("RUN \(number)")
      _ = try await cache(registry).write(machine.export)
    }
    let tags = try await registry.client.tags(of: cache(registry).reference)
    // With the cache's own, and with the one that the next write takes away.
    #expect((17...18).contains(tags.count))
    #expect(try await cache(registry).content() == machine.content)
  }

  @Test("a layer that the registry has lost is told of, and comes back with the next write")
  func lostLayer() async throws {
    let registry = try await LocalRegistry(in: folder)
    var machine = try Machine(folder, "a")
    let lost = try #require(try machine.does("RUN one").layer).descriptor
    try machine.does("RUN two")
    _ = try await cache(registry).write(machine.export)
    for path in [
      "blobs/sha256/\(lost.digest.hex.prefix(2))/\(lost.digest.hex)",
      "repositories/team/cache/_layers/sha256/\(lost.digest.hex)",
    ] {
      try FileManager.default.removeItem(atPath: folder("registry/docker/registry/v2/\(path)"))
    }
    let other = cache(registry)
    #expect(try await other.content() == machine.content)
    let store = try BlobStore(directory: folder("other"))
    let error = await #expect(throws: CacheError.self) { try await other.fetch(lost, into: store) }
    #expect(error?.code == .missing)
    #expect(try await other.write(machine.export) == .written(blobs: 1, sent: lost.size))
    try await cache(registry).fetch(lost, into: store)
  }

  @Test("a spoilt cache is refused, and replaced by the next write")
  func spoilt() async throws {
    let registry = try await LocalRegistry(in: folder)
    var machine = try Machine(folder, "a")
    try machine.does("RUN one")
    let empty = try machine.blobs.put(CacheArtifact.empty, mediaType: .emptyJSON)
    let name = cache(registry).reference
    try await registry.client.upload(empty, path: machine.blobs.path(of: empty.digest), to: name)
    let image = Manifest(config: empty, layers: [])
    _ = try await registry.client.put(manifest: CanonicalJSON.encode(image), .imageManifest, to: name)
    let error = await #expect(throws: CacheError.self) { try await cache(registry).content() }
    #expect(error?.code == .spoilt && error?.hint != nil)
    _ = try await cache(registry).write(machine.export)
    #expect(try await cache(registry).content() == machine.content)
  }

  @Test("nothing there is nothing known; nobody there, and nobody let in, are errors")
  func unavailable() async throws {
    let registry = try await LocalRegistry(
      in: folder, htpasswd: "a:$2y$05$abcdefghijklmnopqrstuuAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n")
    let denied = await #expect(throws: CacheError.self) { try await cache(registry).content() }
    #expect(denied?.code == .denied && denied?.hint != nil)

    let open = try await LocalRegistry(in: try TestFolder())
    #expect(try await cache(open).content() == nil)
    let expected = RegistryCache(cache(open).reference, client: open.client, isExpected: true)
    let missing = await #expect(throws: CacheError.self) { try await expected.content() }
    #expect(missing?.code == .missing && missing?.hint != nil)

    let silent = RegistryCache(
      Reference(registry: "127.0.0.1:1", repository: "team/cache", tag: "main"), client: open.client)
    let unreachable = await #expect(throws: CacheError.self) { try await silent.content() }
    #expect(unreachable?.code == .unreachable)
    // Asked once, whatever came of it.
    let machine = try Machine(folder, "a")
    #expect(await #expect(throws: CacheError.self) { try await silent.write(machine.export) } == unreachable)
  }
}
