import Native
import Registries
import Synchronization

/// Bytes that a transfer writes on one thread, and a reader reads on another.
final class BlobPipe: BlobWriter {
  private let writing: Mutex<FileDescriptor?>
  private let reading: Mutex<FileDescriptor?>
  /// The same descriptors, which are open for as long as those that own them are.
  private let ends: (write: Int32, read: Int32)
  private let state = Mutex(State())

  private struct State {
    var isBroken = false
    var isAtEnd = false
  }

  init() throws(NativeError) {
    ends = try BlobPipe.makeSocketPair()
    writing = Mutex(FileDescriptor(adopting: ends.write, name: "a blob"))
    reading = Mutex(FileDescriptor(adopting: ends.read, name: "a blob"))
  }

  /// Whether the transfer has ended before the blob was whole.
  var isBroken: Bool { state.withLock { $0.isBroken } }

  var hasBeenReadToItsEnd: Bool { state.withLock { $0.isAtEnd } }

  func write(_ bytes: UnsafeRawBufferPointer) throws {
    try BlobPipe.send(bytes, to: ends.write)
  }

  func finish(isWhole: Bool) throws {
    if !isWhole { state.withLock { $0.isBroken = true } }
    writing.withLock { $0 = nil }
  }

  /// Fills `buffer` as far as the blob goes; 0 at its end.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws(NativeError) -> Int {
    let count = try BlobPipe.receive(into: buffer, from: ends.read)
    guard count < buffer.count else { return count }
    let isBroken = state.withLock { state in
      state.isAtEnd = true
      return state.isBroken
    }
    guard !isBroken else { throw NativeError(operation: "fetch a blob", reason: "the transfer broke off") }
    return count
  }

  /// Waits for the end of the blob, all of whose bytes have been read.
  ///
  /// - Throws: `NativeError` when there is more, or the blob is not what it should be.
  func expectEnd() throws(NativeError) {
    var more: UInt8 = 0
    let count = try withUnsafeMutableBytes(of: &more) { (buffer) throws(NativeError) in try read(into: buffer) }
    guard count == 0 else { throw NativeError(operation: "fetch a blob", reason: "it has more bytes than it should") }
  }

  func stopReading() { reading.withLock { $0 = nil } }
}
