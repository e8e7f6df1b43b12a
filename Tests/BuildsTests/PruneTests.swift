import Foundation
import Layers
import Native
import OCI
import Testing

@testable import Builds

/// What `cache list` finds and `cache prune` takes away.
@Suite(.enabled(if: geteuid() == 0, "mounting an overlay needs root"))
struct PruneTests {
  static let file = """
    FROM localhost/tiny
    COPY a.txt /a
    RUN --mount=type=cache,target=/cache dd if=/dev/zero of=/cache/big bs=64k count=4 && cat /a > /b
    """

  /// Makes everything that is in the cache as old as that, but for `newer`.
  private func age(_ cache: String, seconds: Int, except newer: Set<String> = []) throws {
    for name in try FileManager.default.contentsOfDirectory(atPath: cache + "/uses") where !newer.contains(name) {
      let time = timeval(tv_sec: Foundation.time(nil) - seconds, tv_usec: 0)
      try #require(utimes("\(cache)/uses/\(name)", [time, time]) == 0)
    }
  }

  @Test("an inventory names each layer with its instruction, its unpacked size, and the mounts by their ids")
  func inventory() async throws {
    let bench = try Workbench(["a.txt": "a"])
    let made = try await bench.build(Self.file)
    let inventory = try made.cache.inventory()
    let layers = inventory.entries.filter { $0.kind == .layer }
    #expect(Set(layers.map(\.name)) == Set(made.image.layers.map { "\($0.descriptor.digest)" }))
    #expect(layers.contains { $0.instruction == "COPY a.txt /a" })
    #expect(layers.contains { $0.instruction.hasPrefix("RUN --mount=type=cache") && $0.unpackedSize > 0 })
    let mount = try #require(inventory.entries.first { $0.kind == .mount })
    #expect(mount.name == "/cache")
    #expect(mount.size >= 256 << 10)
    #expect(inventory.entries.map(\.size) == inventory.entries.map(\.size).sorted(by: >))
    #expect(inventory.records > 3)
    #expect(inventory.size > mount.size)
  }

  @Test("everything goes, and the next build makes the same image")
  func all() async throws {
    let bench = try Workbench(["a.txt": "a"])
    // The last layer is never unpacked.
    let file = Self.file + "\nCOPY a.txt /last\n"
    let first = try await bench.build(file)
    var pruning = CachePruning(limit: 0)
    pruning.removesRecords = true
    pruning.isDry = true
    let told = try pruning.run(on: BuildCache(directory: bench.cache))
    #expect(told.removed.isEmpty, "the first build's cache lives")
    let image = first.image
    func prune() throws -> CachePruning.Outcome { try pruning.run(on: BuildCache(directory: bench.cache)) }
    _ = consume first
    let dry = try prune()
    #expect(dry.removed.count == 5)
    #expect(try BuildCache(directory: bench.cache).blobs.digests().count == 4)
    pruning.isDry = false
    let outcome = try prune()
    #expect(outcome.removed.map(\.name) == dry.removed.map(\.name))
    #expect(outcome.after == 0)
    for folder in ["blobs/sha256", "snapshots/sha256", "uses", "history", "files", "mounts"] {
      #expect(try FileManager.default.contentsOfDirectory(atPath: "\(bench.cache)/\(folder)").isEmpty, "\(folder)")
    }
    let again = try await bench.build(file)
    #expect(again.image == image)
    #expect(again.cached == [])
  }

  @Test("what was used longest ago goes first, down to the limit")
  func oldest() async throws {
    let bench = try Workbench(["a.txt": "a"])
    let layers = try await bench.build(Self.file).image.layers
    try age(bench.cache, seconds: 50)
    // Blobs count from when they came, which is now: so marks of later.
    let cache = try BuildCache(directory: bench.cache)
    for (number, layer) in layers.enumerated() {
      let time = timeval(tv_sec: Foundation.time(nil) + 100 + number, tv_usec: 0)
      try #require(utimes(cache.markPath(of: layer.descriptor.digest), [time, time]) == 0)
    }
    let before = try cache.inventory()
    let mount = try #require(before.entries.first { $0.kind == .mount })
    let first = try CachePruning(limit: before.size - 1).run(on: cache)
    #expect(first.removed.map(\.name) == [mount.name])
    let second = try CachePruning(limit: first.after - 1).run(on: cache)
    #expect(second.removed.map(\.name) == ["\(layers[0].descriptor.digest)"])
    #expect(second.after == first.after - second.removed[0].size)
    var mounts = CachePruning(limit: 0)
    mounts.kinds = [.mount]
    #expect(try mounts.run(on: cache).removed.isEmpty)
    #expect(try CachePruning(limit: 1 << 40).run(on: cache).removed.isEmpty)
  }

  @Test("what a build that lives has used stays; what it has not used goes")
  func inUse() async throws {
    let bench = try Workbench(["a.txt": "a"])
    let other = "FROM scratch\nCOPY a.txt /other\n"
    let left = try await bench.build(other).image.layers[0]
    let living = try await bench.build(Self.file)
    let time = timeval(tv_sec: 1000, tv_usec: 0)
    let mark = living.cache.markPath(of: left.descriptor.digest)
    #expect(FileManager.default.fileExists(atPath: mark))
    let cache = try BuildCache(directory: bench.cache)
    // As if the living build had begun after the other's layer was made.
    let session = timeval(tv_sec: Foundation.time(nil) + 1000, tv_usec: 0)
    try #require(utimes(living.cache.session.path, [session, session]) == 0)
    try #require(utimes(mark, [time, time]) == 0)
    for layer in living.image.layers {
      let time = timeval(tv_sec: Foundation.time(nil) + 2000, tv_usec: 0)
      try #require(utimes(cache.markPath(of: layer.descriptor.digest), [time, time]) == 0)
    }
    let outcome = try CachePruning(limit: 0).run(on: cache)
    #expect(outcome.removed.filter { $0.kind == .layer }.map(\.name) == ["\(left.descriptor.digest)"])
    #expect(outcome.isHeldBack)
    for layer in living.image.layers { #expect(try cache.use(layer)) }
    #expect(try await living.text("/b") == "a")
  }

  @Test("builds and prunings at once: every build comes to the same image, and its layers are there")
  func race() async throws {
    let bench = try Workbench(["a.txt": "a"])
    let expected = try await bench.build(Self.file).image
    let stop = try TemporaryFolder()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<5 {
        group.addTask {
          for round in 0..<4 {
            let made = try await bench.build(Self.file) { $0.usesCache = (number + round) % 3 != 0 }
            #expect(made.image == expected)
            for layer in made.image.layers { try made.cache.blobs.verify(layer.descriptor.digest) }
          }
          try stop.write(["\(number)": ""])
        }
      }
      group.addTask {
        while try FileManager.default.contentsOfDirectory(atPath: stop.path).count < 5 {
          try await BlockingPool.shared.run {
            _ = try CachePruning(limit: 0).run(on: BuildCache(directory: bench.cache))
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(try await bench.build(Self.file).image == expected)
    #expect(try bench.isClean)
  }

  @Test("a pruning that is killed, and its leftovers: the next build works")
  func killed() async throws {
    let bench = try Workbench(["a.txt": "a"])
    let first = try await bench.build(Self.file)
    let image = first.image
    // Half of what goes with a layer is gone, in any order.
    let entries = try first.cache.inventory().entries
    for entry in entries {
      for path in entry.paths {
        let aside = bench.folder.path + "/aside"
        guard rename(path, aside) == 0 else { continue }
        #expect(try await bench.build(Self.file).image == image, "\(path)")
        try? FileManager.default.removeItem(atPath: aside)
      }
    }
  }

  @Test("a blob whose bytes are others is found when it is used, though nothing unpacks it, and made again")
  func bitFlip() async throws {
    let bench = try Workbench(["a.txt": "a"])
    let first = try await bench.build(Self.file)
    for layer in first.image.layers.dropFirst() {
      let blob = URL(filePath: first.cache.blobs.path(of: layer.descriptor.digest))
      var bytes = try Data(contentsOf: blob)
      bytes[bytes.count / 2] ^= 1
      try bytes.write(to: blob, options: [])
      let again = try await bench.build(Self.file)
      #expect(again.image == first.image)
      try first.cache.blobs.verify(layer.descriptor.digest)
    }
  }

  @Test("leftovers of killed writers in all folders go with the next pruning")
  func leftovers() async throws {
    let bench = try Workbench(["a.txt": "a"])
    _ = try await bench.build(Self.file)
    let hex = String(repeating: "ab", count: 32)
    let partial = "\(bench.cache)/snapshots/sha256/.partial-\(hex)/fs"
    try FileManager.default.createDirectory(atPath: partial, withIntermediateDirectories: true)
    try FileManager.default.createDirectory(atPath: bench.cache + "/builds/dead", withIntermediateDirectories: true)
    let lock = try FileDescriptor.open("\(bench.cache)/snapshots/.locks/\(hex)", O_RDWR | O_CREAT, mode: 0o644)
    try lock.lock()
    _ = try BuildCache(directory: bench.cache)
    #expect(FileManager.default.fileExists(atPath: partial), "somebody unpacks it")
    _ = consume lock
    // A process that another test starts just now holds the lock with its copy of the descriptor, until it is a program.
    for _ in 0..<1000 where FileManager.default.fileExists(atPath: partial) {
      _ = try BuildCache(directory: bench.cache)
    }
    #expect(!FileManager.default.fileExists(atPath: partial))
    #expect(!FileManager.default.fileExists(atPath: bench.cache + "/builds/dead"))
  }

  @Test("a snapshot of another boot is made anew unless it was synced")
  func boot() async throws {
    let bench = try Workbench(["a.txt": "a"])
    let made = try await bench.build(Self.file)
    let layer = try #require(made.image.layers.last)
    let place = try #require(made.cache.snapshots.existing(layer.diffID)) + "/.."
    try "12345 10 \n".write(toFile: place + "/made", atomically: true, encoding: .utf8)
    // What the power cut has left of it.
    try FileManager.default.removeItem(atPath: place + "/fs/b")
    #expect(made.cache.snapshots.existing(layer.diffID) == nil)
    #expect(try await made.text("/b") == "a")
    try made.cache.snapshots.synchronize(olderThan: 0)
    #expect(try String(contentsOfFile: place + "/made", encoding: .utf8).hasPrefix("synced "))
    #expect(made.cache.snapshots.existing(layer.diffID) != nil)
    try "sync".write(toFile: place + "/made", atomically: true, encoding: .utf8)
    #expect(made.cache.snapshots.existing(layer.diffID) == nil)
    #expect(try await made.text("/b") == "a")
  }

  @Test("an unpacked layer that belongs to two blobs stays while a build uses one of them")
  func twoBlobs() async throws {
    let bench = try Workbench(["a.txt": "a"])
    let file = "FROM localhost/tiny\nRUN echo x > /x\n"
    let old = try #require(try await bench.build(file) { $0.compression = .gzip(level: 1) }.image.layers.last)
    let living = try await bench.build(file)
    let new = try #require(living.image.layers.last)
    try #require(old.diffID == new.diffID && old.descriptor != new.descriptor)
    try #require(living.image.layers.count == 2)
    // As if the living build had begun after the other's blob was made, and had used its own since.
    func set(_ path: String, seconds: Int) throws {
      let time = timeval(tv_sec: Foundation.time(nil) + seconds, tv_usec: 0)
      try #require(utimes(path, [time, time]) == 0)
    }
    try set(living.cache.session.path, seconds: 1000)
    try set(living.cache.markPath(of: new.descriptor.digest), seconds: 2000)
    try set(living.cache.markPath(ofUnpacked: new.diffID), seconds: 2000)
    let outcome = try CachePruning(limit: 0).run(on: BuildCache(directory: bench.cache))
    #expect(!outcome.removed.isEmpty)
    #expect(living.cache.snapshots.existing(new.diffID) != nil)
    #expect(try living.cache.use(new))
  }

  @Test("builds that are killed while others prune leave a cache that works")
  func killedBuilds() async throws {
    let bench = try Workbench(["a.txt": "a"])
    try bench.write(["Dockerfile": Self.file])
    let expected = try await bench.build(Self.file).image
    let probe = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
      .appending(path: "BuildProbe")
    var generator = SystemRandomNumberGenerator()
    for round in 0..<12 {
      let process = Process()
      process.executableURL = probe
      process.arguments = [bench.cache, bench.context, "--base", try TinyBase.layout.get()]
      process.standardOutput = FileHandle.nullDevice
      process.standardError = FileHandle.nullDevice
      try process.run()
      let pruning = Task {
        try await BlockingPool.shared.run { try CachePruning(limit: 0).run(on: BuildCache(directory: bench.cache)) }
      }
      try await Task.sleep(for: .milliseconds(Int.random(in: 1...250, using: &generator)))
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
      _ = try await pruning.value
      if round % 4 == 3 { #expect(try await bench.build(Self.file).image == expected) }
    }
    #expect(try bench.isClean)
  }
}
