import Foundation
import Layers
import OCI
import Testing

@testable import Builds

/// Bases that another machine has fetched or made.
@Suite(.enabled(if: geteuid() == 0, "mounting an overlay needs root"))
struct LazyBaseTests {
  private static let file = "FROM debian\nCOPY a /a\nRUN cat /etc/release > /b\nCOPY c /c\n"
  private let bootstrap = NamedContext.bootstrap(Bootstrap(distribution: "debian", suite: "trixie"))

  /// A machine whose mmdebstrap makes the tests' tiny root, with `release` in it, and keeps count.
  private func machine(_ release: String, _ files: [String: String] = ["a": "a", "c": "c"]) throws -> Workbench {
    var bench = try Workbench(files)
    let fixture = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "SandboxesTests/Fixtures/tiny-root").path
    let folder = bench.folder.path
    try bench.folder.write([
      "bin/mmdebstrap": """
      #!/bin/sh
      set -e
      for directory; do :; done
      echo made >>'\(folder)/calls'
      \(fixture) "$directory"
      mkdir -p "$directory/dev"
      echo '\(release)' >"$directory/etc/release"
      """
    ])
    chmod(folder + "/bin/mmdebstrap", 0o755)
    bench.programs = folder + "/bin"
    return bench
  }

  private func calls(_ bench: Workbench) -> Int {
    let text = try? String(contentsOfFile: bench.folder.path + "/calls", encoding: .utf8)
    return text?.split(separator: "\n").count ?? 0
  }

  @Test("a base that another machine has made is not made again, nor fetched")
  func bootstrapped() async throws {
    let warm = try machine("1")
    let built = try await warm.build(Self.file) { $0.namedContexts = ["debian": bootstrap] }
    #expect(calls(warm) == 1)
    #expect(built.content.bases.values.map(\.name) == ["debian/trixie"])
    var cold = try machine("another", ["a": "a", "c": "changed"])
    let remote = try CountingCache(built)
    cold.remotes = [remote]
    let image = try await cold.build(Self.file) { $0.namedContexts = ["debian": bootstrap] }
    #expect(calls(cold) == 0)
    #expect(image.cached == [1, 2, 3])
    #expect(remote.fetched == [])
    try warm.write(["c": "changed"])
    #expect(try await warm.build(Self.file) { $0.namedContexts = ["debian": bootstrap] }.image == image.image)
    #expect(calls(warm) == 1)
  }

  @Test("--pull: the same packages change nothing, others are built upon anew")
  func pulled() async throws {
    let warm = try machine("1")
    let built = try await warm.build(Self.file) { $0.namedContexts = ["debian": bootstrap] }
    var same = try machine("1")
    let remote = try CountingCache(built)
    same.remotes = [remote]
    let unchanged = try await same.build(Self.file) {
      $0.namedContexts = ["debian": bootstrap]
      $0.pullsBases = true
    }
    #expect(calls(same) == 1)
    #expect(unchanged.image == built.image)
    #expect(unchanged.cached == [2, 3, 4])
    #expect(remote.fetched == [])

    var other = try machine("2")
    other.remotes = [try CountingCache(built)]
    let changed = try await other.build(Self.file) {
      $0.namedContexts = ["debian": bootstrap]
      $0.pullsBases = true
    }
    #expect(changed.cached == [])
    #expect(try await changed.text("/b") == "2\n")
    // What the next machine finds is the new one.
    var next = try machine("3")
    next.remotes = [try CountingCache(changed)]
    #expect(try await next.build(Self.file) { $0.namedContexts = ["debian": bootstrap] }.image == changed.image)
  }

  @Test("where a machine has its packages from does not count, but which archive they are of")
  func mirrors() throws {
    let here = Bootstrap(distribution: "debian", suite: "trixie", localMirror: "http://127.0.0.1:1/debian")
    let there = Bootstrap(distribution: "debian", suite: "trixie")
    let old = Bootstrap(distribution: "debian", suite: "trixie", mirror: "http://snapshot.example/20260101")
    #expect(try here.key(epoch: 1, platform: .host) == there.key(epoch: 1, platform: .host))
    #expect(try old.key(epoch: 1, platform: .host) != there.key(epoch: 1, platform: .host))
  }

  @Test("a registry is asked once for what a name means, and again with --pull")
  func fetched() async throws {
    let file = "FROM localhost/tiny\nCOPY a /a\nRUN cat /a > /b\n"
    var warm = try Workbench(["a": "a"])
    let registry = CountingBases()
    warm.registry = registry
    let built = try await warm.build(file)
    _ = try await warm.build(file)
    #expect(registry.asked == 1)
    var cold = try Workbench(["a": "a"])
    let asked = CountingBases()
    cold.registry = asked
    let remote = try CountingCache(built)
    cold.remotes = [remote]
    #expect(try await cold.build(file).image == built.image)
    #expect(asked.asked == 0)
    let pulled = try await cold.build(file) { $0.pullsBases = true }
    #expect(asked.asked == 1)
    #expect(pulled.image == built.image)
    #expect(pulled.cached == [2, 3])
    #expect(remote.fetched == [])
  }
}
