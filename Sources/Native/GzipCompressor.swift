import CZlib
import Synchronization

/// Compresses into one gzip member, blocks of a fixed size side by side.
///
/// Each block is deflated on its own with the 32 KiB before it as dictionary, and ends on a byte by a sync flush; the
/// joined blocks are one deflate stream. Its bytes do not depend on the number of threads. Source: RFC 1951, RFC 1952; zlib.h.
struct GzipCompressor: ~Copyable {
  /// Bytes of input a block.
  private static let blockSize = 1 << 20
  private static let dictionarySize = 1 << 15

  /// A block's deflate stream, and what the member's trailer needs of it.
  struct Deflated: Sendable {
    var bytes: [UInt8]
    var checksum: UInt
    var size: Int
  }

  private let level: Int32
  private let threads: Int
  private var block: [UInt8] = []
  private var dictionary: [UInt8] = []
  /// Blocks that threads deflate now, in order.
  private var running: [Worker] = []
  private var checksum: UInt = 0
  private var size = 0
  private var headerIsWritten = false

  /// One block on its way through a thread.
  private final class Worker {
    private let result: Delivery
    private var thread: JoinableThread?

    private final class Delivery: Sendable {
      let value = Mutex<Result<Deflated, NativeError>?>(nil)
    }

    init(_ input: [UInt8], after dictionary: [UInt8], level: Int32, isLast: Bool) {
      let result = Delivery()
      self.result = result
      thread = JoinableThread {
        let deflated = Result { () throws(NativeError) in
          try GzipCompressor.deflate(input, after: dictionary, level: level, isLast: isLast)
        }
        result.value.withLock { $0 = deflated }
      }
    }

    func join() throws(NativeError) -> Deflated {
      if let thread = thread.take() { thread.join() }
      guard let deflated = result.value.withLock({ $0 }) else {
        throw NativeError(operation: "compress by gzip", reason: "a thread ended without a result")
      }
      return try deflated.get()
    }

    deinit {
      if let thread = thread.take() { thread.join() }
    }
  }

  init(level: Int, threads: Int) throws(NativeError) {
    guard (1...9).contains(level) else {
      throw NativeError(operation: "start gzip", reason: "there is no level \(level)")
    }
    self.level = Int32(level)
    self.threads = max(1, threads)
    block.reserveCapacity(Self.blockSize)
  }

  mutating func write(_ bytes: UnsafeRawBufferPointer, to sink: Compressor.Sink) throws(NativeError) {
    var rest = bytes
    while !rest.isEmpty {
      let count = min(rest.count, Self.blockSize - block.count)
      block.append(contentsOf: UnsafeRawBufferPointer(rebasing: rest[..<count]))
      rest = UnsafeRawBufferPointer(rebasing: rest[count...])
      if block.count == Self.blockSize { try startBlock(isLast: false, to: sink) }
    }
  }

  consuming func finish(to sink: Compressor.Sink) throws(NativeError) {
    try startBlock(isLast: true, to: sink)
    while !running.isEmpty { try writeOldest(to: sink) }
    let checksum = UInt32(truncatingIfNeeded: checksum)
    let size = UInt32(truncatingIfNeeded: size)
    try Self.write((0..<4).map { UInt8(truncatingIfNeeded: checksum >> ($0 * 8)) }, to: sink)
    try Self.write((0..<4).map { UInt8(truncatingIfNeeded: size >> ($0 * 8)) }, to: sink)
  }

  /// Hands the gathered block to a thread, after the oldest has delivered when all are busy.
  private mutating func startBlock(isLast: Bool, to sink: Compressor.Sink) throws(NativeError) {
    while running.count >= threads { try writeOldest(to: sink) }
    running.append(Worker(block, after: dictionary, level: level, isLast: isLast))
    dictionary = Array(block.suffix(Self.dictionarySize))
    block = []
    block.reserveCapacity(Self.blockSize)
  }

  private mutating func writeOldest(to sink: Compressor.Sink) throws(NativeError) {
    if !headerIsWritten {
      // Magic, deflate, no flags, no time, no hint, Unix.
      try Self.write([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3], to: sink)
      headerIsWritten = true
    }
    let deflated = try running.removeFirst().join()
    try Self.write(deflated.bytes, to: sink)
    checksum = crc32_combine(checksum, deflated.checksum, deflated.size)
    size += deflated.size
  }

  private static func write(_ bytes: [UInt8], to sink: Compressor.Sink) throws(NativeError) {
    try bytes.withUnsafeBufferPointer { (pointer) throws(NativeError) in try sink(UnsafeRawBufferPointer(pointer)) }
  }

  static func deflate(
    _ input: [UInt8], after dictionary: [UInt8], level: Int32, isLast: Bool
  ) throws(NativeError) -> Deflated {
    var stream = z_stream()
    // Below zero: deflate alone, without a header of zlib's or gzip's.
    guard imagesmith_deflate_init(&stream, level, -15) == Z_OK else {
      throw NativeError(operation: "start gzip", reason: "no memory")
    }
    defer { deflateEnd(&stream) }
    guard dictionary.isEmpty || deflateSetDictionary(&stream, dictionary, UInt32(dictionary.count)) == Z_OK else {
      throw NativeError(operation: "start gzip", reason: "zlib refuses the dictionary")
    }
    // A sync flush adds an empty stored block to what the bound counts.
    let bound = Int(deflateBound(&stream, UInt(input.count))) + 64
    var failure: Int32 = Z_OK
    let bytes = [UInt8](unsafeUninitializedCapacity: bound) { output, count in
      input.withUnsafeBufferPointer { source in
        stream.next_in = UnsafeMutablePointer(mutating: source.baseAddress)
        stream.avail_in = UInt32(source.count)
        stream.next_out = output.baseAddress
        stream.avail_out = UInt32(bound)
        let result = CZlib.deflate(&stream, isLast ? Z_FINISH : Z_SYNC_FLUSH)
        let isDone = result == (isLast ? Z_STREAM_END : Z_OK) && stream.avail_in == 0 && stream.avail_out > 0
        failure = isDone ? Z_OK : (result == Z_OK ? Z_BUF_ERROR : result)
      }
      count = bound - Int(stream.avail_out)
    }
    guard failure == Z_OK else {
      throw NativeError(operation: "compress by gzip", reason: String(cString: zError(failure)))
    }
    let checksum = crc32_z(0, input, input.count)
    return Deflated(bytes: bytes, checksum: checksum, size: input.count)
  }
}
