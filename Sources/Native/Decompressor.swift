import CISAL
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
      gzip = GzipDecompressor()
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

/// Inflates gzip members, one after another, by ISA-L. Source: RFC 1952; igzip_lib.h.
struct GzipDecompressor: ~Copyable {
  private let state: UnsafeMutableRawPointer
  private var isBetweenMembers = false

  init() {
    state = .allocate(byteCount: imagesmith_isal_inflate_size(), alignment: 64)
    imagesmith_isal_inflate_start(state)
  }

  deinit {
    state.deallocate()
  }

  mutating func step(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer, inputHasEnded: Bool
  ) throws(NativeError) -> DecompressionStep {
    var padding = 0
    if isBetweenMembers {
      // Tapes and some tools pad with zeros.
      padding = input.prefix { $0 == 0 }.count
      if padding == input.count { return DecompressionStep(used: padding) }
      imagesmith_isal_inflate_start(state)
      isBetweenMembers = false
    }
    let rest = UnsafeRawBufferPointer(rebasing: input[padding...])
    var inputLeft = UInt32(clamping: rest.count)
    var outputLeft = UInt32(clamping: output.count)
    let room = outputLeft
    var hasEnded: Int32 = 0
    let result = imagesmith_isal_inflate(
      state, rest.assumingMemoryBound(to: UInt8.self).baseAddress, &inputLeft,
      output.assumingMemoryBound(to: UInt8.self).baseAddress, &outputLeft, &hasEnded)
    guard result >= 0 else {
      throw NativeError(operation: "decompress gzip", reason: "it is damaged (ISA-L's error \(result))")
    }
    isBetweenMembers = hasEnded != 0
    let step = DecompressionStep(used: padding + rest.count - Int(inputLeft), made: Int(room - outputLeft))
    if rest.isEmpty, inputHasEnded, step.made == 0, !isBetweenMembers {
      throw NativeError(operation: "decompress gzip", reason: "it breaks off")
    }
    return step
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
    let result = try ZstdFrameCompressor.check(ZSTD_decompressStream(context, &target, &source), "decompress zstd")
    isBetweenFrames = result == 0
    if input.isEmpty, inputHasEnded, target.pos == 0, !isBetweenFrames {
      throw NativeError(operation: "decompress zstd", reason: "it breaks off")
    }
    return DecompressionStep(used: source.pos, made: target.pos)
  }
}
