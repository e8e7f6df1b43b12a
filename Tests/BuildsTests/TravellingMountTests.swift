import Foundation
import Layers
import OCI
import Testing

@testable import Builds

/// Folders of `RUN --mount=type=cache` that another machine has left.
@Suite(.enabled(if: geteuid() == 0, "mounting an overlay needs root"))
struct TravellingMountTests {
  private static let file = """
    FROM localhost/tiny
    COPY lock /lock
    RUN --mount=type=cache,target=/cache,uid=7,mode=0750 ls -ln /cache > /seen && cat /lock >> /cache/index
    """

  private func machine(_ lock: String, _ remotes: [any RemoteCache] = []) throws -> Workbench {
    var bench = try Workbench(["lock": lock])
    bench.remotes = remotes
    return bench
  }

  /// A machine that has built it, and what it leaves.
  private func remote() async throws -> (CountingCache, [String: Layer], Workbench) {
    let warm = try machine("one\n")
    let built = try await warm.build(Self.file)
    let mounts = try await built.cache.packMounts(epoch: 1_700_000_000)
    return (try CountingCache(built) { $0.mounts = mounts }, mounts, warm)
  }

  @Test("a RUN that has to run finds the files, in a folder with the mount's own mode and owner")
  func brought() async throws {
    let (remote, mounts, warm) = try await remote()
    defer { withExtendedLifetime(warm) {} }
    #expect(mounts.keys.sorted() == ["/cache"])
    let cold = try machine("two\n", [remote])
    let outcome = try await cold.build(Self.file)
    #expect(outcome.warnings == [])
    #expect(try await outcome.text("/seen")?.contains("index") == true)
    let again = try await outcome.cache.packMounts(epoch: 1_700_000_000)
    #expect(again["/cache"] != nil && again != mounts)
    let folders = try FileManager.default.contentsOfDirectory(atPath: cold.cache + "/mounts")
    let folder = "\(cold.cache)/mounts/\(try #require(folders.first))"
    #expect(try String(contentsOfFile: folder + "/index", encoding: .utf8) == "one\ntwo\n")
    let status = try FileManager.default.attributesOfItem(atPath: folder)
    #expect(status[.posixPermissions] as? Int == 0o750 && status[.ownerAccountID] as? Int == 7)
    #expect(try cold.isClean)
  }

  @Test("the same files are packed into the same bytes, of no layer of an image")
  func packed() async throws {
    let bench = try machine("one\n")
    let built = try await bench.build(Self.file)
    let first = try await built.cache.packMounts(epoch: 1_700_000_000)
    #expect(try await built.cache.packMounts(epoch: 1_700_000_000) == first)
    #expect(first.values.map(\.descriptor.mediaType) == [BuildCache.mountType])
    #expect(!built.image.layers.map(\.diffID).contains(try #require(first["/cache"]).diffID))
  }

  @Test("nothing is fetched where no RUN runs, nor where the folder is there")
  func unneeded() async throws {
    let (remote, mounts, warm) = try await remote()
    defer { withExtendedLifetime(warm) {} }
    let cached = try await machine("one\n", [remote]).build(Self.file)
    #expect(cached.cached.contains(3) && remote.fetched.isEmpty)
    var other = try machine("zero\n")
    _ = try await other.build(Self.file)
    other.remotes = [remote]
    try other.write(["lock": "two\n"])
    _ = try await other.build(Self.file)
    #expect(!remote.fetched.map(\.digest).contains(try #require(mounts["/cache"]).descriptor.digest))
  }

  @Test("one that cannot be had begins empty")
  func lost() async throws {
    let (remote, mounts, warm) = try await remote()
    defer { withExtendedLifetime(warm) {} }
    remote.lose(mounts.values.map(\.descriptor.digest))
    let outcome = try await machine("two\n", [remote]).build(Self.file)
    #expect(try await outcome.text("/seen")?.contains("index") == false)
    #expect(outcome.warnings.count == 1 && outcome.warnings[0].contains("/cache"))
  }
}
