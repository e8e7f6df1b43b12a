/// Compresses a stream, blocks of a fixed size side by side, on threads of its own that hand them on in order; and hashes
/// what comes in.
///
/// The bytes depend on the input and the kind alone, neither on the number of threads nor on how the input is cut. Memory is
/// bounded: a block and its output for each thread, and one more of both.
package struct Compressor: ~Copyable {
  /// Takes the compressed stream to its end, on a thread of the compressor's.
  package typealias Consumer = @Sendable (inout CompressedStream) throws(NativeError) -> Void

  private let compression: Compression
  private let line: CompressionLine
  private var threads: ThreadTeam
  /// Empty, without room, before the first byte of a block has come.
  private var block: [UInt8] = []
  private var dictionary: [UInt8] = []
  private var isFirst = true

  /// - Parameter threads: how many compress side by side, from 1.
  /// - Throws: `NativeError` when there is no such level, or no thread to be had.
  package init(
    _ compression: Compression, threads count: Int, to consumer: @escaping Consumer
  ) throws(NativeError) {
    // What a thread would refuse is refused at once.
    _ = try BlockCompressor(compression)
    let count = compression == .none ? 0 : max(1, count)
    let line = CompressionLine(compression, threads: count)
    var threads = ThreadTeam()
    do throws(NativeError) {
      try threads.start { line.hash() }
      for _ in 0..<count { try threads.start { line.compress() } }
      try threads.start { line.deliver(to: consumer) }
    } catch {
      line.close()
      throw error
    }
    self.compression = compression
    self.line = line
    self.threads = threads
  }

  deinit {
    // Then the threads end, and the team waits for them.
    line.abandon()
    line.close()
  }

  /// - Throws: `NativeError` also when the consumer has thrown it before.
  package mutating func write(_ bytes: UnsafeRawBufferPointer) throws(NativeError) {
    var rest = bytes
    while !rest.isEmpty {
      if block.isEmpty { block = line.emptyBlock() }
      let count = min(rest.count, compression.blockSize - block.count)
      block.append(contentsOf: UnsafeRawBufferPointer(rebasing: rest[..<count]))
      rest = UnsafeRawBufferPointer(rebasing: rest[count...])
      if block.count == compression.blockSize { try send(isLast: false) }
    }
  }

  /// Ends the stream, and waits until the consumer has returned.
  ///
  /// - Returns: The SHA-256 of what came in, 32 bytes.
  package consuming func finish() throws(NativeError) -> [UInt8] {
    // A stream of nothing is a frame or member too.
    if isFirst || !block.isEmpty || compression.isOneStream { try send(isLast: true) }
    line.close()
    threads.join()
    return try line.digest()
  }

  private mutating func send(isLast: Bool) throws(NativeError) {
    try line.throwFailure()
    isFirst = false
    var next: [UInt8] = []
    swap(&block, &next)
    var before: [UInt8] = []
    if compression.isOneStream {
      swap(&dictionary, &before)
      dictionary = Array(next.suffix(GzipMember.window))
    }
    line.send(CompressionLine.Job(block: next, dictionary: before, isLast: isLast))
  }
}
