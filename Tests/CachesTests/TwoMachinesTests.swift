import Builds
import Dockerfiles
import Foundation
import Layers
import Native
import OCI
import Registries
import Sandboxes
import Synchronization
import Testing

@testable import Caches

/// Real builds on two machines that share nothing but a cache.
@Suite("Two machines", .enabled(if: geteuid() == 0, "mounting an overlay needs root"))
struct TwoMachinesTests {
  private static let file = """
    FROM scratch AS tiny
    COPY root /
    ENV PATH=/usr/bin:/bin
    FROM tiny AS tools
    RUN echo tool > /tool && cat /proc/sys/kernel/random/uuid > /random
    FROM tiny
    RUN mkdir /srv && cat /proc/sys/kernel/random/uuid > /srv/random
    COPY --from=tools /tool /random /srv/
    COPY accounts /srv/accounts
    """

  private let folder: TestFolder

  init() throws { folder = try TestFolder() }

  /// One build of a machine that has `home` as its cache.
  private func build(
    _ home: String, accounts: String, _ cache: any RemoteCache & CacheTarget
  ) async throws -> (image: BuiltImage, outputs: Int, warnings: [String], outcome: CacheOutcome) {
    let context = folder("\(home)-context")
    try FileManager.default.createDirectory(atPath: context, withIntermediateDirectories: true)
    try Self.makeRoot(in: context + "/root")
    try accounts.write(toFile: context + "/accounts", atomically: false, encoding: .utf8)
    let events = Mutex<(ran: Int, warnings: [String])>((0, []))
    let store = try BuildCache(
      directory: folder(home),
      remotes: RemoteCaches([cache]) { text in events.withLock { $0.warnings.append(text) } })
    let trace = BuildTrace()
    let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
    let builder = ImageBuilder(
      cache: store, bases: LayoutBase(), path: path, trace: trace,
      sandbox: { try OCIRuntime.find(path: path) },
      report: { event in
        if case .packing = event { events.withLock { $0.ran += 1 } }
        if case .warning(let text) = event { events.withLock { $0.warnings.append(text) } }
      })
    let image = try await builder.build(
      BuildRequest(
        dockerfile: try Dockerfile.parse(Self.file), context: try BuildContext(directory: context)))
    let outcome = try await cache.write(
      CacheExport(content: try trace.content(in: store), blobs: store.blobs))
    return (image, events.withLock { $0.ran }, events.withLock { $0.warnings }, outcome)
  }

  private func layers(in home: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder("\(home)/blobs/sha256"))
  }

  @Test("the second has the first one's image by way of a registry: no RUN, and no layer of one is fetched")
  func registry() async throws {
    let registry = try await LocalRegistry(in: folder)
    func cache() -> RegistryCache {
      RegistryCache(
        Reference(registry: registry.host, repository: "team/cache", tag: "main"), client: registry.client)
    }
    let first = try await build("first", accounts: "ada", cache())
    #expect(first.outputs == 2)
    let second = try await build("second", accounts: "ada", cache())
    #expect(second.image == first.image && second.outputs == 0 && second.warnings.isEmpty)
    #expect(second.outcome == .unchanged)

    // One more person: one layer more, and again no RUN.
    let requests = try await registry.requests().count
    let third = try await build("third", accounts: "ada, bob", cache())
    #expect(third.outputs == 0 && third.image != first.image)
    guard case .written(1, let sent) = third.outcome else {
      Issue.record("\(third.outcome)")
      return
    }
    #expect(sent < 1000)
    #expect(try await registry.requests().count - requests <= 6)
    #expect(try layers(in: "third") == [try #require(third.image.layers.last).descriptor.digest.hex])
    #expect(try await build("fourth", accounts: "ada, bob", cache()).image == third.image)
  }

  @Test("the same by way of a folder")
  func folders() async throws {
    let cache = FolderCache(directory: folder("shared"))
    let first = try await build("first", accounts: "ada", cache)
    let second = try await build("second", accounts: "ada", cache)
    #expect(first.outputs == 2 && second.outputs == 0 && second.image == first.image)
    #expect(second.outcome == .unchanged && second.warnings.isEmpty)
  }

  @Test("a spoilt cache is one warning, a full build, and whole again after it")
  func spoilt() async throws {
    let cache = FolderCache(directory: folder("shared"))
    let first = try await build("first", accounts: "ada", cache)
    let layout = try ImageLayout(directory: folder("shared"))
    let descriptor = try #require(try layout.resolve("latest"))
    let manifest = layout.blobs.path(of: descriptor.digest)
    try "not a manifest".write(toFile: manifest, atomically: true, encoding: .utf8)
    let second = try await build("second", accounts: "ada", cache)
    #expect(second.outputs == 2 && second.image.layers.count == first.image.layers.count)
    #expect(second.warnings.count == 1 && second.warnings[0].contains(cache.name))
    let third = try await build("third", accounts: "ada", cache)
    #expect(third.outputs == 0 && third.image == second.image && third.warnings.isEmpty)
  }

  /// Makes the root file system of a shell and a few programs.
  private static func makeRoot(in path: String) throws {
    let process = Process()
    process.executableURL = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "SandboxesTests/Fixtures/tiny-root")
    process.arguments = [path]
    try process.run()
    process.waitUntilExit()
  }
}
