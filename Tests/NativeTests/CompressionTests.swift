import Foundation
import Synchronization
import Testing

@testable import Native

struct CompressionTests {
  static let kinds: [Compression] = [
    .gzip(level: 1), .gzip(level: 2), .gzip(level: 6), .zstd(level: 3), .zstd(level: 9),
  ]

  /// Text that compresses, with runs that do not, the same every time.
  static func sample(count: Int) -> [UInt8] {
    var state: UInt64 = 1
    let start = (0..<min(count, 300_000)).map { index in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return index / 5000 % 3 == 0 ? UInt8(truncatingIfNeeded: state >> 33) : UInt8(97 + (state >> 33) % 9)
    }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count)
    // Each time shifted by another byte, so that no block is like another.
    while bytes.count < count { bytes += start.dropFirst(bytes.isEmpty ? 0 : 1).prefix(count - bytes.count) }
    return bytes
  }

  static func compress(
    _ bytes: [UInt8], _ kind: Compression, threads: Int = 2, piece: Int = 100_000
  ) throws -> [UInt8] {
    let result = Mutex<[UInt8]>([])
    var compressor = try Compressor(kind, threads: threads) { (stream) throws(NativeError) in
      while let piece = try stream.next() { result.withLock { $0 += piece } }
    }
    try bytes.withUnsafeBytes { whole in
      for start in stride(from: 0, to: whole.count, by: piece) {
        let part = UnsafeRawBufferPointer(rebasing: whole[start..<min(start + piece, whole.count)])
        try compressor.write(part)
      }
    }
    #expect(try compressor.finish() == SHA256.hash(bytes))
    return result.withLock { $0 }
  }

  static func decompress(_ bytes: [UInt8], inputPiece: Int = 70_001, outputPiece: Int = 65_537) throws -> [UInt8] {
    var rest = bytes[...]
    var decompressor = Decompressor { (buffer) throws(NativeError) in
      let part = rest.prefix(min(inputPiece, buffer.count))
      buffer.copyBytes(from: part)
      rest = rest.dropFirst(part.count)
      return part.count
    }
    var result: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: outputPiece)
    while true {
      let count = try chunk.withUnsafeMutableBytes { try decompressor.read(into: $0) }
      result += chunk[..<count]
      if count < outputPiece { return result }
    }
  }

  @Test("what is compressed comes back, in pieces of any size", arguments: kinds + [.none], [0, 1, 1 << 20, 5_300_007])
  func roundTrip(kind: Compression, count: Int) throws {
    let bytes = Self.sample(count: count)
    let compressed = try Self.compress(bytes, kind)
    #expect(try Self.decompress(compressed) == bytes)
    if count < 2 { #expect(try Self.decompress(compressed, inputPiece: 1, outputPiece: 3) == bytes) }
  }

  @Test("the bytes depend neither on threads nor on how the input is cut", arguments: kinds)
  func determinism(kind: Compression) throws {
    let bytes = Self.sample(count: 4_500_001)
    let one = try Self.compress(bytes, kind, threads: 1)
    #expect(one.count < bytes.count * 3 / 4)
    for threads in [2, 3, 8] { #expect(try Self.compress(bytes, kind, threads: threads) == one) }
    for piece in [4097, 1 << 20, bytes.count] { #expect(try Self.compress(bytes, kind, piece: piece) == one) }
  }

  @Test("gzip and zstd of the system read it, gzip as a single member", arguments: kinds)
  func peers(kind: Compression) throws {
    let bytes = Self.sample(count: 4_200_000)
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("imagesmith-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: file) }
    try Data(try Self.compress(bytes, kind)).write(to: file)
    let script =
      switch kind {
      case .zstd: "zstd -dcq"
      default:
        "python3 -c 'import sys,zlib; d=zlib.decompressobj(31); o=d.decompress(sys.stdin.buffer.read()); assert d.eof and not d.unused_data; sys.stdout.buffer.write(o)'"
      }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", "\(script) < \(file.path)"]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let found = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    #expect(Array(found) == bytes)
  }

  @Test("members and frames that follow one another are one stream", arguments: kinds)
  func concatenation(kind: Compression) throws {
    let first = Self.sample(count: 1000)
    let both = try Self.compress(first, kind) + Self.compress([], kind) + Self.compress([1, 2, 3], kind)
    #expect(try Self.decompress(both) == first + [1, 2, 3])
    #expect(try Self.decompress(both, inputPiece: 1) == first + [1, 2, 3])
  }

  @Test("zeros after a gzip member are padding, other bytes are an error")
  func padding() throws {
    let compressed = try Self.compress([1, 2, 3], .gzip(level: 6))
    #expect(try Self.decompress(compressed + [UInt8](repeating: 0, count: 600)) == [1, 2, 3])
    #expect(throws: NativeError.self) { try Self.decompress(compressed + [7, 7, 7, 7]) }
  }

  @Test("a stream that breaks off anywhere is an error", arguments: kinds)
  func truncation(kind: Compression) throws {
    let compressed = try Self.compress(Self.sample(count: 30_000), kind)
    // Below four bytes it does not say what it is.
    for count in [4, 11, compressed.count / 2, compressed.count - 9, compressed.count - 1] {
      #expect(throws: NativeError.self) { try Self.decompress(Array(compressed[..<count])) }
    }
  }

  @Test("a flipped bit in gzip is an error")
  func damage() throws {
    var compressed = try Self.compress(Self.sample(count: 30_000), .gzip(level: 6))
    compressed[compressed.count / 2] ^= 4
    #expect(throws: NativeError.self) { try Self.decompress(compressed) }
  }

  @Test(
    "levels that are none are refused", arguments: [Compression.gzip(level: 0), .gzip(level: 10), .zstd(level: 23)])
  func levels(kind: Compression) {
    #expect(throws: NativeError.self) { _ = try Compressor(kind, threads: 1) { _ in } }
  }

  @Test("an error of the sink ends the compression", arguments: kinds + [.none])
  func sinkFailure(kind: Compression) throws {
    let full = NativeError(operation: "write", reason: "full")
    #expect(throws: full) {
      var compressor = try Compressor(kind, threads: 2) { (_) throws(NativeError) in throw full }
      let bytes = Self.sample(count: 40 << 20)
      try bytes.withUnsafeBytes { whole in try compressor.write(whole) }
      _ = try compressor.finish()
    }
  }
}
