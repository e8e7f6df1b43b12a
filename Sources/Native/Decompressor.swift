import CZlib
import CZstd

/// Decompresses a stream that it pulls from a closure: gzip of any number of members, zstd of any number of frames, or
/// bytes as they are, told apart by how they begin.
///
/// A stream that breaks off is an error and never an end.
package struct Decompressor: ~Copyable {
  private let source: TarReader.Source
  private let buffer: UnsafeMutableRawBufferPointer
  /// What of `buffer` has come and is not used.
  private var available: Range<Int> = 0..<0
  private var inputHasEnded = false
  private var gzip: GzipDecompressor?
  private var zstd: ZstdDecompressor?
  private var hasBegun = false

  package init(from source: @escaping TarReader.Source) {
    self.source = source
    buffer = .allocate(byteCount: 1 << 17, alignment: 16)
  }

  deinit {
    buffer.deallocate()
  }

  /// Fills `output` as far as the stream goes; fewer bytes than `output.count` mean its end.
  package mutating func read(into output: UnsafeMutableRawBufferPointer) throws(NativeError) -> Int {
    if !hasBegun { try begin() }
    var filled = 0
    while filled < output.count {
      if available.isEmpty, !inputHasEnded { try refill() }
      let target = UnsafeMutableRawBufferPointer(rebasing: output[filled...])
      let input = UnsafeRawBufferPointer(rebasing: buffer[available])
      let step: DecompressionStep
      if gzip != nil {
        step = try gzip?.step(input, into: target, inputHasEnded: inputHasEnded) ?? DecompressionStep()
      } else if zstd != nil {
        step = try zstd?.step(input, into: target, inputHasEnded: inputHasEnded) ?? DecompressionStep()
      } else {
        let count = min(input.count, target.count)
        target.copyMemory(from: UnsafeRawBufferPointer(rebasing: input[..<count]))
        step = DecompressionStep(used: count, made: count)
      }
      available = available.lowerBound + step.used..<available.upperBound
      filled += step.made
      if available.isEmpty, inputHasEnded, step.made == 0 { break }
    }
    return filled
  }

  private mutating func begin() throws(NativeError) {
    hasBegun = true
    // Enough to tell by, also from a source that gives a byte at a time.
    while available.count < 4, !inputHasEnded {
      let count = try source(UnsafeMutableRawBufferPointer(rebasing: buffer[available.count...]))
      available = 0..<available.count + count
      inputHasEnded = count == 0
    }
    let start = Array(buffer[available].prefix(4))
    if start.starts(with: [0x1f, 0x8b]) {
      gzip = try GzipDecompressor()
    } else if start == [0x28, 0xb5, 0x2f, 0xfd]
      || (start.count == 4 && start[0] & 0xf0 == 0x50 && start[1...] == [0x2a, 0x4d, 0x18])
    {
      zstd = try ZstdDecompressor()
    }
  }

  private mutating func refill() throws(NativeError) {
    let count = try source(buffer)
    available = 0..<count
    inputHasEnded = count == 0
  }
}

/// What one call of a decompressor has done.
struct DecompressionStep {
  /// Bytes of input.
  var used = 0
  /// Bytes of output.
  var made = 0
}

/// Inflates gzip members, one after another. Source: RFC 1952.
struct GzipDecompressor: ~Copyable {
  private let stream: UnsafeMutablePointer<z_stream>
  private var isBetweenMembers: Bool

  init() throws(NativeError) {
    stream = try Self.open()
    isBetweenMembers = false
  }

  private static func open() throws(NativeError) -> UnsafeMutablePointer<z_stream> {
    // zlib keeps a pointer back to the struct: it must not move.
    let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    stream.initialize(to: z_stream())
    // 16 more than the window's bits: a gzip header.
    guard imagesmith_inflate_init(stream, 15 + 16) == Z_OK else {
      stream.deallocate()
      throw NativeError(operation: "start to decompress gzip", reason: "no memory")
    }
    return stream
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  mutating func step(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer, inputHasEnded: Bool
  ) throws(NativeError) -> DecompressionStep {
    var padding = 0
    if isBetweenMembers {
      // Tapes and some tools pad with zeros.
      padding = input.prefix { $0 == 0 }.count
      if padding == input.count { return DecompressionStep(used: padding) }
      inflateReset(stream)
      isBetweenMembers = false
    }
    let rest = UnsafeRawBufferPointer(rebasing: input[padding...])
    if rest.isEmpty, inputHasEnded {
      throw NativeError(operation: "decompress gzip", reason: "it breaks off")
    }
    let source = rest.assumingMemoryBound(to: UInt8.self).baseAddress
    stream.pointee.next_in = UnsafeMutablePointer(mutating: source)
    stream.pointee.avail_in = UInt32(clamping: rest.count)
    stream.pointee.next_out = output.assumingMemoryBound(to: UInt8.self).baseAddress
    stream.pointee.avail_out = UInt32(clamping: output.count)
    let result = inflate(stream, Z_NO_FLUSH)
    guard result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR else {
      throw NativeError(
        operation: "decompress gzip",
        reason: stream.pointee.msg.map { String(cString: $0) } ?? String(cString: zError(result)))
    }
    isBetweenMembers = result == Z_STREAM_END
    return DecompressionStep(
      used: padding + rest.count - Int(stream.pointee.avail_in), made: output.count - Int(stream.pointee.avail_out))
  }
}

/// Decompresses zstd frames, one after another. Source: RFC 8878.
struct ZstdDecompressor: ~Copyable {
  private let context: OpaquePointer
  private var isBetweenFrames: Bool

  init() throws(NativeError) {
    guard let context = ZSTD_createDCtx() else {
      throw NativeError(operation: "start to decompress zstd", reason: "no memory")
    }
    self.context = context
    isBetweenFrames = false
  }

  deinit {
    ZSTD_freeDCtx(context)
  }

  mutating func step(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer, inputHasEnded: Bool
  ) throws(NativeError) -> DecompressionStep {
    if input.isEmpty, isBetweenFrames { return DecompressionStep() }
    var source = ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
    var target = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
    let result = try ZstdCompressor.check(ZSTD_decompressStream(context, &target, &source), "decompress zstd")
    isBetweenFrames = result == 0
    if input.isEmpty, inputHasEnded, target.pos == 0, !isBetweenFrames {
      throw NativeError(operation: "decompress zstd", reason: "it breaks off")
    }
    return DecompressionStep(used: source.pos, made: target.pos)
  }
}
