import Native
import Synchronization

/// Writes a blob to a file that appears whole or not at all.
package final class BlobFile: BlobWriter {
  private struct State: ~Copyable {
    /// nil once it has its name, or is gone.
    var file: AtomicFile?
    var count = 0
    /// The end of what the system has been told to write to disk, so that the final sync has little left to wait for.
    var flushed = 0
  }

  private let path: String
  private let state: Mutex<State>

  /// - Parameters:
  ///   - path: where the blob is to be; its directory exists.
  ///   - directory: where it is until it is whole, on the same file system; nil for the one that it is to be in.
  /// - Throws: `RegistryError` of code `local`.
  package init(path: String, writtenIn directory: String? = nil) throws(RegistryError) {
    self.path = path
    do throws(NativeError) {
      state = Mutex(State(file: try AtomicFile(in: directory ?? AtomicFile.directory(of: path))))
    } catch {
      throw RegistryError(code: .local, message: "\(error)")
    }
  }

  package func write(_ bytes: UnsafeRawBufferPointer) throws {
    // A pointer may not enter the lock, its address may.
    let address = Int(bitPattern: bytes.baseAddress)
    let count = bytes.count
    try state.withLock { state in
      let bytes = UnsafeRawBufferPointer(start: UnsafeRawPointer(bitPattern: address), count: count)
      try state.file?.file.write(bytes)
      state.count += count
      guard state.count - state.flushed >= 8 << 20 else { return }
      state.file?.file.startWriteback(offset: state.flushed, length: state.count - state.flushed)
      state.flushed = state.count
    }
  }

  package func finish(isWhole: Bool) throws {
    try state.withLock { state in
      guard let file = state.file.take(), isWhole else { return }
      try file.commit(to: path)
    }
  }
}
