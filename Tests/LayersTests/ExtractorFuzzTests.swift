import Foundation
import Native
import OCI
import Synchronization
import TestShell
import Testing

@testable import Layers

/// Unpacks layers that are made at random to do harm, always the same ones: whatever they say, nothing but the root changes.
///
/// `IMAGESMITH_FUZZ_ROUNDS=100000 swift test --filter ExtractorFuzz` goes on for longer, with new layers.
@Suite(.enabled(if: geteuid() == 0, "owners and devices need root"), .serialized)
struct ExtractorFuzzTests {
  /// What lies beside the root, and may not be touched: a folder, and a layer below.
  private struct Surroundings {
    let directory: TemporaryDirectory
    let store: BlobStore

    init() throws {
      directory = try TemporaryDirectory()
      store = try directory.blobs()
      try Shell.run(
        """
        cd '\(directory.path)' && mkdir -p outside/folder lower/a lower/lower
        printf kept > outside/file && printf kept > lower/lower/file && printf kept > lower/b
        ln -s '\(directory.path)/outside' lower/l && ln -s .. lower/up && ln -s ../outside/file lower/etc
        ln -s '\(directory.path)/outside/file' lower/a/file
        """)
    }

    /// All that stat(2) tells of it; a change of anything moves the time of change.
    func state() throws -> [String] {
      var lines: [String] = []
      for folder in ["", "outside", "outside/folder", "lower", "lower/a", "lower/lower"] {
        let path = directory(folder)
        for name in try FileDescriptor.open(path, O_RDONLY | O_DIRECTORY).names() {
          let name = String(decoding: name, as: UTF8.self)
          let isOwn = folder.isEmpty && ["root", "store"].contains(name)
          guard !isOwn, let status = try FileStatus.of(Array("\(path)/\(name)".utf8)) else { continue }
          // A root that is made and removed changes the folder that it is in.
          lines.append("\(folder)/\(name) \(status.kind) \(status.mode) \(status.uid) \(status.size) \(status.changed)")
        }
      }
      return lines
    }

    /// Puts a layer into the store, without a wait for the disk.
    func put(_ bytes: [UInt8]) throws -> Descriptor {
      let digest = try Digest(sha256: SHA256.hash(bytes))
      try AtomicFile.write(bytes, to: store.path(of: digest), isSynchronized: false)
      return Descriptor(mediaType: .layer, digest: digest, size: bytes.count)
    }
  }

  private static func pack(_ bytes: [UInt8], _ compression: Compression) throws -> [UInt8] {
    let packed = Mutex<[UInt8]>([])
    var compressor = try Compressor(compression, threads: 1) { (stream) throws(NativeError) in
      while let piece = try stream.next() { packed.withLock { $0 += piece } }
    }
    try bytes.withUnsafeBytes { try compressor.write($0) }
    _ = try compressor.finish()
    return packed.withLock { $0 }
  }

  /// How many layers came out, and how many did not.
  private struct Tally {
    var unpacked = 0
    var refused = 0
  }

  /// One root, onto which up to three layers come.
  private func run(seed: UInt64, _ place: Surroundings, _ tally: inout Tally) throws {
    var generator = SeededGenerator(state: seed)
    let root = place.directory("root")
    try makeDirectories(root)
    let form: LayerExtractor.Form = Bool.random(using: &generator) ? .flat : .overlay(.trusted)
    let lower = Bool.random(using: &generator) ? TreeView([place.directory("lower")]) : TreeView([])
    let extractor = LayerExtractor(form: form, over: lower, limit: 1 << 22)
    for number in 0..<UInt64.random(in: 1...3, using: &generator) {
      var tar = HostileTar(seed: seed &* 31 &+ number, outside: place.directory("outside"))
      tar.fill()
      let compression: Compression =
        [.none, .none, .gzip(level: 1), .zstd(level: 1)].randomElement(using: &generator) ?? .none
      var bytes = try Self.pack(tar.bytes, compression)
      if Int.random(in: 0..<5, using: &generator) == 0 { bytes = tar.damage(bytes) }
      let blob = try place.put(bytes)
      do throws(LayerError) {
        _ = try extractor.apply(blob, from: place.store, onto: root)
        tally.unpacked += 1
      } catch {
        #expect(!error.message.isEmpty)
        tally.refused += 1
      }
      try place.store.remove(blob.digest)
    }
    try LayerExtractor.removeDirectory(root)
  }

  /// Into how many roots layers are unpacked.
  private static let rounds =
    ProcessInfo.processInfo.environment["IMAGESMITH_FUZZ_ROUNDS"].flatMap { UInt64($0) } ?? 300

  @Test("layers made at random: nothing outside changes, and each comes to an end")
  func hostile() throws {
    let place = try Surroundings()
    let before = try place.state()
    #expect(before.count > 10)
    var tally = Tally()
    for seed in 0..<Self.rounds {
      try run(seed: seed, place, &tally)
      let state = try place.state()
      try #require(state == before, "seed \(seed)")
    }
    // Neither all nor none: else the fuzz would test nothing.
    #expect(tally.unpacked > tally.refused / 10 && tally.refused > tally.unpacked / 10, "\(tally)")
  }

  @Test("a bomb of zeros in any wrapping ends at the limit", arguments: [Compression.gzip(level: 9), .zstd(level: 19)])
  func bombs(compression: Compression) throws {
    let place = try Surroundings()
    let before = try place.state()
    try makeDirectories(place.directory("root"))
    // A header that claims what the archive has, and zeros: 64 MiB in some KiB.
    var tar = [UInt8](repeating: 0, count: 512 + 64 << 20)
    let header =
      Array("bomb".utf8) + [UInt8](repeating: 0, count: 96) + Array("0000644\u{0}0000000\u{0}0000000\u{0}".utf8)
      + Array("00400000000\u{0}00000000000\u{0}".utf8) + Array("        0".utf8)
    tar.replaceSubrange(0..<header.count, with: header)
    tar.replaceSubrange(257..<265, with: Array("ustar\u{0}00".utf8))
    let sum = String(tar[..<512].reduce(0) { $0 + Int($1) }, radix: 8)
    tar.replaceSubrange(148..<155, with: Array((String(repeating: "0", count: 6 - sum.count) + sum + "\0").utf8))
    let blob = try place.put(Self.pack(tar, compression))
    #expect(blob.size < 1 << 20)
    let error = #expect(throws: LayerError.self) {
      try LayerExtractor(form: .flat, limit: 8 << 20).apply(blob, from: place.store, onto: place.directory("root"))
    }
    #expect(error?.code == .limit)
    #expect(try place.state() == before)
  }
}
