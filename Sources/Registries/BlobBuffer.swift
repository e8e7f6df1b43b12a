import Synchronization

/// Keeps a small blob, such as an image's config, in memory.
final class BlobBuffer: BlobWriter {
  private let content = Mutex<[UInt8]>([])

  var bytes: [UInt8] { content.withLock { $0 } }

  func write(_ bytes: UnsafeRawBufferPointer) throws {
    content.withLock { $0.append(contentsOf: bytes) }
  }

  func finish(isWhole: Bool) throws {
    if !isWhole { content.withLock { $0 = [] } }
  }
}
