import Registries
import Synchronization

/// Keeps a small blob, such as a config, in memory.
final class MemoryBlobWriter: Registries.BlobWriter {
  private let content = Mutex<[UInt8]>([])

  var bytes: [UInt8] { content.withLock { $0 } }

  func write(_ bytes: UnsafeRawBufferPointer) throws {
    let piece = [UInt8](bytes)
    content.withLock { $0 += piece }
  }

  func finish(isWhole: Bool) throws {
    if !isWhole { content.withLock { $0 = [] } }
  }
}
