import Glibc
import Synchronization

/// Writes a blob to a file that appears whole or not at all: written beside, synced, renamed.
package final class BlobFile: BlobWriter {
  private let path: String
  private let temporary: String
  /// nil once closed.
  private let descriptor: Mutex<Int32?>

  /// - Parameter path: where the blob is to be; its directory exists.
  /// - Throws: `RegistryError` of code `local`.
  package init(path: String) throws(RegistryError) {
    self.path = path
    temporary = "\(path).\(UInt64.random(in: .min ... .max)).partial"
    let opened = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard opened >= 0 else { throw Self.error("create", temporary) }
    descriptor = Mutex(opened)
  }

  deinit {
    if descriptor.withLock({ $0 != nil }) { try? finish(isWhole: false) }
  }

  package func write(_ bytes: UnsafeRawBufferPointer) throws {
    try descriptor.withLock { descriptor in
      guard let descriptor else { return }
      var rest = bytes
      while !rest.isEmpty {
        let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
        if count < 0, errno == EINTR { continue }
        guard count >= 0 else { throw Self.error("write", temporary) }
        rest = UnsafeRawBufferPointer(rebasing: rest[count...])
      }
    }
  }

  package func finish(isWhole: Bool) throws {
    guard let file = descriptor.withLock({ $0.take() }) else { return }
    defer { close(file) }
    guard isWhole else {
      unlink(temporary)
      return
    }
    guard fsync(file) == 0, rename(temporary, path) == 0 else {
      let error = Self.error("keep", path)
      unlink(temporary)
      throw error
    }
  }

  private static func error(_ action: String, _ path: String) -> RegistryError {
    RegistryError(code: .local, message: "\(action) \(path): \(String(cString: strerror(errno)))")
  }
}
