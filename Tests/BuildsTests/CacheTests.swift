import Foundation
import Layers
import Native
import OCI
import Testing

@testable import Builds

/// What comes from the cache, and what may not.
@Suite(.enabled(if: geteuid() == 0, "mounting an overlay needs root"))
struct CacheTests {
  static let file = """
    FROM localhost/tiny AS tools
    RUN mkdir /out && echo tool > /out/tool && echo other > /out/other
    FROM localhost/tiny
    COPY a.txt /a
    COPY --from=tools /out/tool /tool
    RUN cat /a /tool > /both
    """

  @Test("nothing changed: every step is cached, and no layer is unpacked")
  func unchanged() async throws {
    let bench = try Workbench(["a.txt": "a"])
    let first = try await bench.build(Self.file)
    try FileManager.default.removeItem(atPath: bench.cache + "/snapshots/sha256")
    let second = try await bench.build(Self.file)
    #expect(second.image == first.image)
    #expect(second.cached == [2, 2, 3, 4])
    #expect(try FileManager.default.contentsOfDirectory(atPath: bench.cache + "/snapshots/sha256").isEmpty)
    #expect(try bench.isClean)
  }

  @Test("what follows a changed file is done again; a touched one is the same; a mode counts")
  func changes() async throws {
    let bench = try Workbench(["a.txt": "a"])
    _ = try await bench.build(Self.file)
    #expect(utimes(bench.context + "/a.txt", [timeval(tv_sec: 5, tv_usec: 0), timeval(tv_sec: 5, tv_usec: 0)]) == 0)
    #expect(try await bench.build(Self.file).cached == [2, 2, 3, 4])
    chmod(bench.context + "/a.txt", 0o600)
    #expect(try await bench.build(Self.file).cached == [2])
    try bench.write(["a.txt": "b"])
    #expect(try await bench.build(Self.file).text("/both") == "btool\n")
  }

  @Test("a stage that has changed in other files than those copied changes nothing after it")
  func contentOfStage() async throws {
    let bench = try Workbench(["a.txt": "a"])
    _ = try await bench.build(Self.file)
    let changed = try await bench.build(Self.file.replacingOccurrences(of: "echo other", with: "echo another"))
    #expect(changed.cached == [2, 3, 4])
  }

  @Test("--no-cache twice in fresh caches: the same image to the last bit")
  func determinism() async throws {
    let made = try await Workbench(["a.txt": "a", "d/x": "", "d/y": ""]).build(Self.file + "\nCOPY d /d\n")
    // The files are made in another order, at another time.
    let again = try await Workbench(["d/y": "", "a.txt": "a", "d/x": ""]).build(Self.file + "\nCOPY d /d\n") {
      $0.usesCache = false
    }
    #expect(made.image == again.image)
    let newest = try TreeWalker(root: try await made.tree().directories.last ?? "").entries().map(\.modified).max()
    #expect(newest ?? 0 <= BuildRequest.standardEpoch)
  }

  @Test("a step sees the files of the one before with the times that the layer has, cached or not")
  func times() async throws {
    let bench = try Workbench()
    let file = "FROM localhost/tiny\nRUN touch /x\nRUN stat -c %Y /x /usr\n"
    let expected = "\(BuildRequest.standardEpoch)\n1700000000\n"
    #expect(try await bench.build(file).output == expected)
    #expect(try await bench.build(file + "RUN stat -c %Y /x /usr # again\n").output == expected)
  }

  @Test("a blob that is cut short, is gone, or has other bytes is made again")
  func damage() async throws {
    let bench = try Workbench(["a.txt": "a"])
    let first = try await bench.build(Self.file)
    for layer in first.image.layers {
      let blob = first.cache.blobs.path(of: layer.descriptor.digest)
      let harms: [(String) throws -> Void] = [
        { truncate($0, 10) }, { unlink($0) },
        { path in
          var bytes = try Data(contentsOf: URL(filePath: path))
          bytes[bytes.count / 2] ^= 0xff
          try bytes.write(to: URL(filePath: path))
        },
      ]
      for harm in harms {
        // The base's blob is a link to that of its layout.
        let whole = try Data(contentsOf: URL(filePath: blob))
        unlink(blob)
        try whole.write(to: URL(filePath: blob))
        try harm(blob)
        // Without the unpacked files the blob has to be read.
        try? FileManager.default.removeItem(atPath: bench.cache + "/snapshots/sha256")
        try FileManager.default.createDirectory(
          atPath: bench.cache + "/snapshots/sha256", withIntermediateDirectories: false)
        let again = try await bench.build(Self.file + "\nRUN cat /both > /more\n")
        #expect(Array(again.image.layers.prefix(first.image.layers.count)) == first.image.layers)
        try first.cache.blobs.verify(layer.descriptor.digest)
        try FileManager.default.removeItem(atPath: bench.cache + "/steps")
        try FileManager.default.createDirectory(atPath: bench.cache + "/steps", withIntermediateDirectories: false)
        _ = try await bench.build(Self.file)
      }
    }
  }

  @Test("a record that is no record is none")
  func spoiltRecord() async throws {
    let bench = try Workbench(["a.txt": "a"])
    let first = try await bench.build(Self.file)
    let records = try FileManager.default.subpathsOfDirectory(atPath: bench.cache + "/steps")
      .filter { $0.hasSuffix(".json") }
    for (number, record) in records.enumerated() {
      try Data("{\"layer\":".utf8.prefix(number)).write(to: URL(filePath: "\(bench.cache)/steps/\(record)"))
    }
    let again = try await bench.build(Self.file)
    #expect(again.cached == [])
    #expect(again.image == first.image)
  }

  @Test("two builds at once on one cache")
  func concurrency() async throws {
    let bench = try Workbench(["a.txt": "a"])
    let images = try await withThrowingTaskGroup(of: BuiltImage.self) { group in
      for _ in 0..<4 { group.addTask { try await bench.build(Self.file).image } }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(Set(images.map(\.layers)).count == 1)
    #expect(try bench.isClean)
  }

  @Test("folders that are in use are not swept; those of killed builds are, with their secrets")
  func sweeping() async throws {
    let bench = try Workbench()
    let shm = "/dev/shm/imagesmith-secrets-test-\(UUID())"
    let living: ScratchFolder
    do {
      let cache = try BuildCache(directory: bench.cache)
      living = try cache.makeWorkArea()
      for folder in [cache.directory + "/work/dead/upper", shm] {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      }
      try Data("secret".utf8).write(to: URL(filePath: shm + "/value"))
    }
    _ = try BuildCache(directory: bench.cache)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: bench.cache + "/work") == [
        String(living.path.split(separator: "/").last ?? "")
      ])
    #expect(!FileManager.default.fileExists(atPath: shm))
    living.remove()
  }

  @Test("folders are made and swept at once without harm")
  func sweepingRace() async throws {
    let folder = try TemporaryFolder()
    await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<4 {
        group.addTask {
          for _ in 0..<100 {
            guard let scratch = try? ScratchFolder.make(in: folder.path),
              FileManager.default.createFile(atPath: scratch.path + "/x", contents: nil),
              FileManager.default.fileExists(atPath: scratch.path + "/x")
            else { return false }
          }
          return true
        }
        group.addTask {
          for _ in 0..<200 { ScratchFolder.sweep(folder.path) }
          return true
        }
      }
      for await isRight in group { #expect(isRight) }
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
  }
}
