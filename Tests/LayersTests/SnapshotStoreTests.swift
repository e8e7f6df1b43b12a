import Glibc
import Native
import OCI
import TestShell
import Testing

@testable import Layers

struct SnapshotStoreTests {
  @Test("those who need one snapshot at once get the same, unpacked once")
  func concurrency() async throws {
    let directory = try TemporaryDirectory()
    let store = try directory.blobs()
    let layer = try ImageLayoutTests.write((0..<300).map { Fixture.file("f\($0)", "content") }, .zstd(level: 3), store)
    let cache = directory("cache")
    let paths = try await withThrowingTaskGroup(of: String.self) { group in
      for _ in 0..<12 {
        group.addTask {
          try await BlockingPool.shared.run { try SnapshotStore(directory: cache).directory(for: layer, from: store) }
        }
      }
      return try await group.reduce(into: Set<String>()) { $0.insert($1) }
    }
    #expect(paths.count == 1)
    #expect(try Shell.run("ls -A '\(directory("cache/snapshots/sha256"))'") == "\(layer.diffID.digest.hex)\n")
    #expect(try Shell.run("ls '\(try #require(paths.first))' | wc -l") == "300\n")
  }

  @Test("layers are unpacked side by side, but for one that needs those below it and one that is damaged")
  func sideBySide() throws {
    let directory = try TemporaryDirectory()
    let store = try directory.blobs()
    var folder = Fixture.directory("d")
    folder.mode = 0o711
    let layers = try [
      [folder, Fixture.file("d/a", "one")], [Fixture.file("d/b", "its folder is below")], [Fixture.file("c", "three")],
      [Fixture.file("damaged", "four")],
    ].map { try ImageLayoutTests.write($0, .gzip(level: 1), store) }
    try Shell.run("truncate -s -9 '\(store.path(of: layers[3].descriptor.digest))'")
    let snapshots = try SnapshotStore(directory: directory("cache"))
    snapshots.unpackAlone(layers, from: store)
    #expect(layers.map { snapshots.existing($0.diffID) != nil } == [true, false, true, false])
    #expect(try Shell.run("ls -A '\(directory("cache/snapshots/sha256"))' | wc -l") == "2\n")
    var lower: [String] = []
    for layer in layers[..<3] { lower.append(try snapshots.directory(for: layer, from: store, over: lower)) }
    #expect(try Shell.run("stat -c %a '\(lower[1])/d'") == "711\n")
    let error = #expect(throws: LayerError.self) { try snapshots.directory(for: layers[3], from: store, over: lower) }
    #expect(error?.code == .corrupt)
  }

  @Test("what a killed process left half unpacked is unpacked anew")
  func killed() throws {
    let directory = try TemporaryDirectory()
    let store = try directory.blobs()
    let layer = try ImageLayoutTests.write([Fixture.file("f", "content")], .none, store)
    let snapshots = try SnapshotStore(directory: directory("cache"))
    try Shell.run("mkdir -p '\(directory("cache/snapshots/sha256/.partial-\(layer.diffID.digest.hex)"))/fs/half'")
    let path = try snapshots.directory(for: layer, from: store)
    #expect(try Shell.run("ls -A '\(path)'") == "f\n")
    #expect(try Shell.run("ls -A '\(directory("cache/snapshots/sha256"))'") == "\(layer.diffID.digest.hex)\n")
  }

  @Test(
    "a blob that is damaged, cut short, missing, or not what the config says leaves no snapshot",
    arguments: [
      "printf x | dd of=% bs=1 seek=60 conv=notrunc 2>/dev/null", "truncate -s -5 %", "truncate -s 0 %", "rm %",
    ])
  func badBlob(damage: String) throws {
    let directory = try TemporaryDirectory()
    let store = try directory.blobs()
    let snapshots = try SnapshotStore(directory: directory("cache"))
    let entries = (0..<50).map { Fixture.file("f\($0)", "content \($0)") }
    for compression in [Compression.none, .gzip(level: 6), .zstd(level: 3)] {
      let layer = try ImageLayoutTests.write(entries, compression, store)
      var other = layer
      other.diffID = DiffID(
        layer.diffID.digest == layer.descriptor.digest ? try Digest(sha256: SHA256.hash([])) : layer.descriptor.digest)
      let mismatch = #expect(throws: LayerError.self) { try snapshots.directory(for: other, from: store) }
      #expect(mismatch?.code == .corrupt)
      try Shell.run(damage.replacing("%", with: "'\(store.path(of: layer.descriptor.digest))'"))
      let error = #expect(throws: LayerError.self) { try snapshots.directory(for: layer, from: store) }
      #expect(error?.code == (damage.hasPrefix("rm") ? .notFound : .corrupt))
      #expect(error?.message.contains(layer.descriptor.digest.hex) ?? false)
      #expect(try Shell.run("ls -A '\(directory("cache/snapshots/sha256"))'") == "")
      try store.remove(layer.descriptor.digest)
    }
  }

  @Test(
    "an upper directory is taken over without what the layer leaves out, with the layer's times, and no link misleads")
  func adopt() throws {
    let directory = try TemporaryDirectory()
    try Shell.run(
      """
      mkdir -p '\(directory("upper"))/run/secrets' '\(directory("upper"))/etc' '\(directory("outside"))'
      cd '\(directory("upper"))' && touch run/secrets/token etc/hosts etc/kept -d @3000000000.5
      touch '\(directory("outside/f"))' && ln -s '\(directory("outside"))' link
      touch -d @50.9 etc
      """)
    let snapshots = try SnapshotStore(directory: directory("cache"))
    let diffID = DiffID(Digest(sha256: try SHA256.hash([1])))
    #expect(snapshots.existing(diffID) == nil)
    let path = try snapshots.adopt(
      directory("upper"), as: diffID, epoch: 100,
      removing: Set(["run/secrets", "etc/hosts", "link/f", "none/x", "etc/kept/below"].map(Fixture.path)))
    #expect(snapshots.existing(diffID) == path)
    #expect(
      try Shell.run("cd '\(path)' && find . -mindepth 1 -printf '%P %T@\\n' | sort")
        == "etc 50.0000000000\netc/kept 100.0000000000\nlink 100.0000000000\nrun 100.0000000000\n")
    #expect(try Shell.run("ls '\(directory("outside"))'") == "f\n")
    #expect(try FileStatus.of(Array(directory("upper").utf8)) == nil)
    try Shell.run("mkdir '\(directory("second"))'")
    #expect(try snapshots.adopt(directory("second"), as: diffID, epoch: 100) == path)
    #expect(try FileStatus.of(Array(directory("second").utf8)) == nil)
  }
}
