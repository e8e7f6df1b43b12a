import FoundationEssentials
import Native
import Synchronization

/// Bytes as text that a manifest's annotation can hold: zstd, then base64.
enum CompressedText {
  /// - Throws: `NativeError` when there is no memory for it.
  static func pack(_ bytes: [UInt8]) throws -> String {
    // On one machine as on any other the same bytes come out of the same ones: a cache that says the same has one digest.
    let consumer = Packed()
    var compressor = try Compressor(.zstd(level: 19), threads: 1) { (stream) throws(NativeError) in
      while let piece = try stream.next() { consumer.append(piece) }
    }
    try bytes.withUnsafeBufferPointer { (pointer) throws(NativeError) in
      try compressor.write(UnsafeRawBufferPointer(pointer))
    }
    _ = try compressor.finish()
    return Data(consumer.bytes).base64EncodedString()
  }

  /// - Parameter limit: the most bytes that may come out.
  /// - Returns: nil for what is not such a text, or more than `limit`.
  static func unpack(_ text: String, limit: Int) -> [UInt8]? {
    guard let data = Data(base64Encoded: text) else { return nil }
    let source = Remaining(Array(data))
    var decompressor = Decompressor { (buffer) throws(NativeError) in source.read(into: buffer) }
    var result: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = buffer.withUnsafeMutableBytes { try? decompressor.read(into: $0) }
      guard let count, result.count + count <= limit else { return nil }
      result += buffer[..<count]
      if count < buffer.count { return result }
    }
  }

  private final class Packed: Sendable {
    private let state = Mutex<[UInt8]>([])
    func append(_ piece: [UInt8]) { state.withLock { $0 += piece } }
    var bytes: [UInt8] { state.withLock { $0 } }
  }

  private final class Remaining: Sendable {
    private let state: Mutex<ArraySlice<UInt8>>
    init(_ bytes: [UInt8]) { state = Mutex(bytes[...]) }

    func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
      let piece = state.withLock { rest in
        defer { rest = rest.dropFirst(buffer.count) }
        return Array(rest.prefix(buffer.count))
      }
      buffer.copyBytes(from: piece)
      return piece.count
    }
  }
}
