import Glibc
import Layers
import Native
import OCI
import Registries
import Synchronization

/// A file without a name, for a blob that has to be read more than once: it is gone when this process is, whatever way
/// that ends.
final class SpoolFile: Registries.BlobWriter {
  private let file: FileDescriptor
  private let failure = Mutex<NativeError?>(nil)

  /// - Parameter folder: made where it is missing.
  /// - Throws: `ImageError` where it cannot be written.
  init(in folder: String) throws {
    file = try ImageError.translating {
      try makeDirectories(folder)
      let path = Array("\(folder)/.spool-\(try RandomBytes.make(count: 8).hexadecimal)".utf8)
      let file = try FileDescriptor.open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, mode: 0o600)
      guard withCPath(path, { unlink($0) }) == 0 else { throw NativeError(failed: "remove \(file.name)") }
      return file
    }
  }

  /// By which this process opens it again.
  var path: String { "/proc/self/fd/\(file.raw)" }

  /// - Throws: as `CopySource.send`; `ImageError` where the disk is full.
  func take(_ blob: Descriptor, from source: any CopySource, progress: ProgressReceiver? = nil) async throws {
    do {
      try await source.send(blob, to: self, progress: progress)
    } catch {
      throw failure.withLock { $0 }.map { ImageError($0) } ?? error
    }
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws {
    do throws(NativeError) {
      try file.write(bytes)
    } catch {
      failure.withLock { $0 = error }
      throw error
    }
  }

  func finish(isWhole: Bool) throws {}

  /// What is in it, decompressed, in pieces.
  func forEachPlainPiece(_ body: (UnsafeRawBufferPointer) throws(NativeError) -> Void) throws(NativeError) {
    try OpenBlob(try FileDescriptor.open(path)).forEachPlainPiece(body)
  }
}
