import Layers
import OCI
import Registries
import Synchronization

/// Writes a blob that arrives on any thread to a store, where it appears whole or not at all.
final class StoreBlobWriter: Registries.BlobWriter {
  private let digest: Digest
  private let writer: Mutex<Layers.BlobWriter?>
  private let failure = Mutex<LayerError?>(nil)

  init(_ blob: Descriptor, in store: BlobStore) throws(LayerError) {
    digest = blob.digest
    writer = Mutex(try store.writer(mediaType: blob.mediaType))
  }

  /// What this side of a transfer has met, which is the cause of whatever the other side says.
  func cause(of error: any Error) -> any Error { failure.withLock { $0 } ?? error }

  func write(_ bytes: UnsafeRawBufferPointer) throws {
    // A pointer may not enter the lock.
    let piece = [UInt8](bytes)
    try keepingFailure { () throws(LayerError) in
      try writer.withLock { writer throws(LayerError) in try writer?.write(piece) }
    }
  }

  func finish(isWhole: Bool) throws {
    try keepingFailure { () throws(LayerError) in
      try writer.withLock { writer throws(LayerError) in
        guard let writer = writer.take(), isWhole else { return }
        _ = try writer.finish(expecting: digest)
      }
    }
  }

  private func keepingFailure(_ body: () throws(LayerError) -> Void) throws(LayerError) {
    do throws(LayerError) {
      try body()
    } catch {
      failure.withLock { $0 = error }
      throw error
    }
  }
}
