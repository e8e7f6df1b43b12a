import Dispatch
import Synchronization

/// What the threads of a compressor do, and what they share: each block goes from the one that hashes to one of those that
/// compress, and its output, in order, to the one that delivers.
final class CompressionLine: Sendable {
  struct Job: Sendable {
    var block: [UInt8]
    /// What stands before the block in the stream, as far as it counts.
    var dictionary: [UInt8]
    var isLast: Bool
    let delivery = Delivery()
  }

  /// Where the thread that compresses a block leaves it for the one that takes blocks in order.
  final class Delivery: Sendable {
    private let block = Mutex<CompressedBlock?>(nil)
    private let isThere = DispatchSemaphore(value: 0)

    /// - Parameter block: nil when there is none, because of a failure.
    func put(_ block: CompressedBlock?) {
      self.block.withLock { $0 = block }
      isThere.signal()
    }

    func wait() -> CompressedBlock? {
      isThere.wait()
      return block.withLock { $0.take() }
    }
  }

  private let compression: Compression
  /// Blocks that have been used and can be filled again: the number of blocks is fixed, and their memory is not given back
  /// to the system for each.
  private let empty: Channel<[UInt8]>
  private let whole: Channel<Job>
  private let hashed: Channel<Job>
  private let deliveries: Channel<Delivery>
  /// The first failure; after it blocks are taken and dropped.
  private let failure = Mutex<NativeError?>(nil)
  private let sha = Mutex<[UInt8]?>(nil)

  /// - Parameter threads: how many compress; none where nothing is to be compressed.
  init(_ compression: Compression, threads: Int) {
    self.compression = compression
    // One is filled while the others are compressed.
    let blocks = threads + 1
    // One more, as the end of a stream may be a block that did not come from here.
    empty = Channel(capacity: blocks + 1)
    whole = Channel(capacity: blocks)
    hashed = Channel(capacity: blocks)
    deliveries = Channel(capacity: max(1, threads))
    for _ in 0..<blocks { empty.send([]) }
  }

  /// Waits for a block that nobody uses.
  func emptyBlock() -> [UInt8] {
    var block = empty.receive() ?? []
    block.removeAll(keepingCapacity: true)
    block.reserveCapacity(compression.blockSize)
    return block
  }

  func send(_ job: Job) {
    deliveries.send(job.delivery)
    whole.send(job)
  }

  func close() {
    whole.close()
    deliveries.close()
  }

  /// Drops what is on its way: nobody wants it any more.
  func abandon() {
    fail(NativeError(operation: "compress", reason: "given up"))
  }

  func throwFailure() throws(NativeError) {
    if let failure = failure.withLock({ $0 }) { throw failure }
  }

  /// The SHA-256 of the whole stream, when all threads have ended.
  func digest() throws(NativeError) -> [UInt8] {
    try throwFailure()
    guard let sha = sha.withLock({ $0 }) else {
      throw NativeError(operation: "compress", reason: "a thread ended without a result")
    }
    return sha
  }

  /// The work of the thread that hashes.
  func hash() {
    attempt { () throws(NativeError) in
      var sha = try SHA256()
      while let job = self.whole.receive() {
        defer { self.passOn(job) }
        try sha.update(job.block)
      }
      let digest = try sha.finish()
      self.sha.withLock { $0 = digest }
    }
    while let job = whole.receive() { passOn(job) }
    hashed.close()
  }

  private func passOn(_ job: Job) {
    guard compression == .none else { return hashed.send(job) }
    job.delivery.put(CompressedBlock(bytes: job.block, size: job.block.count))
    empty.send([])
  }

  /// The work of a thread that compresses.
  func compress() {
    var compressor: BlockCompressor?
    attempt { () throws(NativeError) in compressor = try BlockCompressor(self.compression) }
    while var job = hashed.receive() {
      var result: CompressedBlock?
      attempt { () throws(NativeError) in
        result = try compressor?.compress(job.block, after: job.dictionary, isLast: job.isLast)
      }
      job.delivery.put(result)
      // Nobody else may hold it when it is filled again.
      var block: [UInt8] = []
      swap(&block, &job.block)
      empty.send(consume block)
    }
  }

  /// The work of the thread that hands on what is compressed.
  func deliver(to consumer: Compressor.Consumer) {
    var stream = CompressedStream(of: self, compression)
    attempt { () throws(NativeError) in try consumer(&stream) }
    while deliveries.receive() != nil {}
  }

  /// The next block in order; nil at the end of the stream.
  func nextBlock() throws(NativeError) -> CompressedBlock? {
    let block = deliveries.receive()?.wait()
    try throwFailure()
    return block
  }

  /// Runs `body` unless something has failed before.
  private func attempt(_ body: () throws(NativeError) -> Void) {
    guard failure.withLock({ $0 == nil }) else { return }
    do throws(NativeError) { try body() } catch { fail(error) }
  }

  private func fail(_ error: NativeError) {
    failure.withLock { $0 = $0 ?? error }
  }
}
