/// A block of a stream, compressed on its own.
struct CompressedBlock: Sendable {
  var bytes: [UInt8]
  /// CRC-32 of the input, where the format wants it.
  var checksum: UInt32 = 0
  /// Bytes of input.
  var size: Int
}

/// Compresses blocks, each by itself, so that which thread takes which makes no difference.
struct BlockCompressor: ~Copyable {
  /// All nil where nothing is compressed.
  private var isal: ISALDeflater?
  private var zlib: ZlibDeflater?
  private var zstd: ZstdFrameCompressor?

  /// - Throws: `NativeError` when there is no such level, no memory, or the processor cannot.
  init(_ compression: Compression) throws(NativeError) {
    isal = nil
    zlib = nil
    zstd = nil
    switch compression {
    case .none: break
    case .gzip(let level) where level <= 2:
      let made = try ISALDeflater(level: level)
      isal = consume made
    case .gzip(let level): zlib = try ZlibDeflater(level: level)
    case .zstd(let level):
      let made = try ZstdFrameCompressor(level: level)
      zstd = consume made
    }
  }

  /// - Parameters:
  ///   - dictionary: what is before the block in the stream; the end of it counts, as much as the format can look back.
  ///   - isLast: whether the stream ends with it.
  mutating func compress(
    _ block: [UInt8], after dictionary: [UInt8], isLast: Bool
  ) throws(NativeError) -> CompressedBlock {
    if isal != nil, let block = try isal?.compress(block, after: dictionary, isLast: isLast) { return block }
    if let zlib { return try zlib.compress(block, after: dictionary, isLast: isLast) }
    if zstd != nil, let block = try zstd?.compress(block) { return block }
    return CompressedBlock(bytes: block, size: block.count)
  }
}
