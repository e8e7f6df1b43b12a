import Layers
import Native
import OCI
import Testing

@testable import Secrets

struct LayerScanTests {
  private func file(_ path: String, _ content: [UInt8]) throws -> LayerEntry {
    LayerEntry(
      path: try #require(LayerPath(path)), kind: .file(.bytes(content)), mode: 0o644, uid: 0, gid: 0, modified: 0)
  }

  /// Files with secrets of every kind, and what is no file.
  private func entries() throws -> [LayerEntry] {
    var entries: [LayerEntry] = []
    for (number, example) in RuleCase.hits.enumerated() {
      let path = example.path == "/opt/file.txt" ? "/opt/\(number).txt" : "/\(number)\(example.path)"
      entries.append(try file(path, Array(example.text.utf8)))
    }
    let link = LayerEntry(
      path: try #require(LayerPath("/root/.netrc")), kind: .symlink(target: Array("/\(Fake.gitHub)".utf8)), mode: 0o777,
      uid: 0,
      gid: 0, modified: 0)
    let gone = LayerEntry(
      path: try #require(LayerPath("/etc/shadow")), kind: .whiteout, mode: 0, uid: 0, gid: 0, modified: 0)
    let folder = LayerEntry(
      path: try #require(LayerPath("/etc/.aws")), kind: .directory, mode: 0o755, uid: 0, gid: 0, modified: 0)
    let large =
      [UInt8](repeating: 0, count: 3_000_000) + Array(Fake.gitHub.utf8) + [UInt8](repeating: 0, count: 500_000)
    return LayerEntry.inLayerOrder(entries + [link, gone, folder, try file("/opt/large.bin", large)])
  }

  private func write(_ entries: [LayerEntry], _ compression: Compression, _ store: BlobStore, _ scan: LayerScan) throws
    -> Layer
  {
    var writer = try LayerWriter(into: store, compression: compression, epoch: 0, inspector: scan)
    for entry in entries { try writer.append(entry) }
    return try writer.finish()
  }

  @Test(
    "what is found while a layer is written is what is found when it is read",
    arguments: [Compression.none, .gzip(level: 6), .zstd(level: 3)])
  func writing(compression: Compression) throws {
    let directory = try TemporaryDirectory()
    let store = try BlobStore(directory: directory.path)
    let written = LayerScan()
    let layer = try write(entries(), compression, store, written)
    // One for each, and the large file's.
    #expect(written.result.findings.count + written.result.omitted == RuleCase.hits.count + 1)
    let read = LayerScan()
    try read.read(layer, from: store)
    #expect(read.result == written.result)
    #expect(read.secrets == written.secrets)
    #expect(read.size == written.size)
  }

  @Test("a layer without secrets is clean, and every byte of it was looked at")
  func clean() throws {
    let directory = try TemporaryDirectory()
    let store = try BlobStore(directory: directory.path)
    let scan = LayerScan()
    _ = try write([file("/a", Array("nothing".utf8)), file("/b", []), file("/c", [1, 2])], .default, store, scan)
    #expect(scan.result.isClean)
    #expect(scan.size == 9)
  }

  @Test("files that are read while they are packed are looked at as well")
  func walking() throws {
    let directory = try TemporaryDirectory()
    let tree = directory.path + "/tree"
    #expect(mkdirs(tree))
    for number in 0..<200 {
      try AtomicFile.write(Array("file \(number)".utf8), to: "\(tree)/\(number)", isSynchronized: false)
    }
    try AtomicFile.write(Array("x \(Fake.gitHub)".utf8), to: "\(tree)/small", isSynchronized: false)
    let large =
      [UInt8](repeating: 0x41, count: 262_100) + Array(" \(Fake.gitHub) ".utf8)
      + [UInt8](repeating: 0x42, count: 300_000)
    try AtomicFile.write(large, to: "\(tree)/large", isSynchronized: false)
    let scan = LayerScan()
    _ = try write(TreeWalker(root: tree).entries(), .default, BlobStore(directory: directory.path), scan)
    #expect(Set(scan.result.findings.map(\.place)) == ["/small:1", "/large:1"])
  }

  @Test("a layer that is not what it says, or is cut short, is an error")
  func spoilt() throws {
    let directory = try TemporaryDirectory()
    let store = try BlobStore(directory: directory.path)
    let layer = try write(entries(), .default, store, LayerScan())
    var other = layer
    other.diffID = DiffID(Digest(sha256: [UInt8](repeating: 7, count: 32)))
    #expect(throws: LayerError.self) { try LayerScan().read(other, from: store) }
    let bytes = try store.read(layer.descriptor.digest)
    let cut = try store.put(Array(bytes.dropLast(100)), mediaType: .zstdLayer)
    let error = #expect(throws: LayerError.self) {
      try LayerScan().read(Layer(diffID: layer.diffID, descriptor: cut), from: store)
    }
    #expect(error?.code == .corrupt)
    let gone = Layer(
      diffID: layer.diffID, descriptor: Descriptor(mediaType: .layer, digest: layer.diffID.digest, size: 1))
    #expect(throws: LayerError.self) { try LayerScan().read(gone, from: store) }
  }

  private func mkdirs(_ path: String) -> Bool { (try? BlobStore(directory: path)) != nil }
}

struct ScanRecordsTests {
  @Test("what was found is known the next time, to the same rules alone")
  func keeping() throws {
    let directory = try TemporaryDirectory()
    let records = ScanRecords(inCache: directory.path + "/not/there yet")
    let digest = Digest(sha256: [UInt8](repeating: 1, count: 32))
    #expect(records.result(of: digest) == nil)
    var result = ScanResult()
    result.add(Finding(rule: "private-key", path: "/a", line: 2))
    result.add(Finding(rule: "private-key", path: "/b", offset: 5))
    try records.keep(result, of: digest)
    #expect(records.result(of: digest) == result)
    let newer = ScanRecords(directory: records.directory, version: RuleTable.version + 1)
    #expect(newer.result(of: digest) == nil)
    try AtomicFile.write(Array("{\"version\":1".utf8), to: "\(records.directory)/\(digest.hex)")
    #expect(records.result(of: digest) == nil)
    try records.keep(ScanResult(), of: digest)
    #expect(records.result(of: digest)?.isClean == true)
  }

  @Test("of many findings some are listed, and all counted")
  func many() {
    var result = ScanResult()
    for line in 1...1000 { result.add(Finding(rule: "private-key", path: "/a", line: line)) }
    #expect(result.findings.count == ScanResult.limit)
    #expect(result.findings.count + result.omitted == 1000)
  }
}
