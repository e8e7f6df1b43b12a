import Builds
import Foundation
import Layers
import Native
import OCI
import Testing

@testable import Caches

@Suite("A cache in a folder")
struct FolderCacheTests {
  private let folder: TestFolder

  init() throws { folder = try TestFolder() }

  @Test("what one machine leaves another one finds; the same again is nothing new")
  func twoMachines() async throws {
    var first = try Machine(folder, "first")
    try first.does("RUN one")
    try first.stands(on: "debian/trixie", "base")
    let cache = FolderCache(directory: folder("cache"), tag: "main")
    #expect(try await cache.content() == nil)
    let expected = FolderCache(directory: folder("cache"), tag: "main", isExpected: true)
    await #expect(throws: CacheError.nothingThere) { try await expected.content() }
    #expect(!FileManager.default.fileExists(atPath: folder("cache")))
    #expect(
      try await cache.write(first.export) == .written(blobs: 2, sent: first.content.blobs.map(\.size).reduce(0, +)))
    #expect(try await cache.write(first.export) == .unchanged)
    #expect(try await cache.content() == first.content)
    #expect(try await FolderCache(directory: folder("cache")).content() == nil)
    let store = try BlobStore(directory: folder("second"))
    for blob in first.content.blobs {
      try await cache.fetch(blob, into: store)
      try store.verify(blob.digest)
    }
  }

  @Test("skopeo reads the folder as a layout, and the artifact in it")
  func skopeo() async throws {
    var machine = try Machine(folder, "a")
    try machine.does("RUN one")
    _ = try await FolderCache(directory: folder("cache"), tag: "main").write(machine.export)
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["skopeo", "inspect", "--raw", "oci:\(folder("cache")):main"]
    process.standardOutput = pipe
    try process.run()
    let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    let manifest = try CanonicalJSON.decode(Manifest.self, from: Array(output))
    #expect(manifest.artifactType == CacheArtifact.artifactType && manifest.layers == machine.content.blobs)
  }

  @Test("eight writers at once: nobody's entries are lost")
  func writers() async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 1...8 {
        var machine = try Machine(folder, "m\(number)")
        try machine.does("RUN \(number)")
        let (cache, export) = (FolderCache(directory: folder("cache")), machine.export)
        group.addTask { _ = try await cache.write(export) }
      }
      try await group.waitForAll()
    }
    #expect(try await FolderCache(directory: folder("cache")).content()?.names == (1...8).map { "RUN \($0)" })
  }

  @Test("a damaged layer is refused, a missing one comes back with the next write")
  func damaged() async throws {
    var machine = try Machine(folder, "a")
    let layer = try #require(try machine.does("RUN one").layer).descriptor
    let cache = FolderCache(directory: folder("cache"))
    _ = try await cache.write(machine.export)
    let path = folder("cache/blobs/sha256/\(layer.digest.hex)")
    // A file of its own: the store's may share its blocks, or be the same.
    try FileManager.default.removeItem(atPath: path)
    try Data(repeating: 0, count: layer.size).write(to: URL(filePath: path))
    let store = try BlobStore(directory: folder("other"))
    let error = await #expect(throws: CacheError.self) { try await cache.fetch(layer, into: store) }
    #expect(error?.code == .spoilt)
    try FileManager.default.removeItem(atPath: path)
    #expect(try await cache.write(machine.export) == .written(blobs: 1, sent: layer.size))
    try await cache.fetch(layer, into: store)
  }

  @Test("a folder that is no layout, or holds an image, is an error; a spoilt cache is replaced")
  func spoilt() async throws {
    var machine = try Machine(folder, "a")
    try machine.does("RUN one")
    let layout = try ImageLayout(directory: folder("image"))
    _ = try layout.put(config: ImageConfig(platform: .host), layers: [], tag: "latest")
    let cache = FolderCache(directory: folder("image"))
    let error = await #expect(throws: CacheError.self) { try await cache.content() }
    #expect(error?.code == .spoilt)
    _ = try await cache.write(machine.export)
    #expect(try await cache.content() == machine.content)

    try FileManager.default.createDirectory(atPath: folder("other"), withIntermediateDirectories: true)
    try "no JSON".write(toFile: folder("other/index.json"), atomically: false, encoding: .utf8)
    await #expect(throws: CacheError.self) { try await FolderCache(directory: folder("other")).content() }

    try "a file".write(toFile: folder("file"), atomically: false, encoding: .utf8)
    let blocked = await #expect(throws: CacheError.self) {
      try await FolderCache(directory: folder("file/cache")).write(machine.export)
    }
    #expect(blocked?.code == .notWritten)
  }
}
