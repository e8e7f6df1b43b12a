import Native
import OCI
import Registries
import Synchronization

/// The tar of an image archive, written by one thread after the other.
final class SharedArchive: Sendable {
  private let stream: Mutex<ArchiveStream?>
  private let failure = Mutex<(any Error)?>(nil)

  init(_ output: ArchiveOutput) throws {
    stream = Mutex(try ImageError.translating { try ArchiveStream(output) })
  }

  func append(_ name: String, _ bytes: [UInt8]) throws { try write { try $0.append(name, bytes) } }

  func append(directory name: String) throws { try write { try $0.append(directory: name) } }

  /// A member whose content follows by `write`.
  func begin(_ name: String, size: Int) throws { try write { try $0.begin(name, size: size) } }

  func write(_ bytes: UnsafeRawBufferPointer) throws {
    // A pointer may not enter the lock.
    let piece = [UInt8](bytes)
    try write { stream in try piece.withUnsafeBytes { try stream.write($0) } }
  }

  /// A blob of the source as a member.
  func append(
    _ blob: Descriptor, from source: any CopySource, progress: ProgressReceiver?
  ) async throws {
    try begin(ArchiveStream.path(of: blob.digest), size: blob.size)
    do {
      try await source.send(blob, to: Member(archive: self), progress: progress)
    } catch {
      throw failure.withLock { $0 } ?? error
    }
    progress?(BlobProgress(descriptor: blob, phase: .done, bytes: blob.size))
  }

  /// Ends the archive; a file gets its name.
  func finish() throws {
    try stream.withLock { stream in
      guard let open = stream.take() else { throw ended }
      do { try open.finish() } catch let error as NativeError { throw ImageError(error) }
    }
  }

  private var ended: any Error {
    failure.withLock { $0 } ?? ImageError(.system, "the archive has been ended")
  }

  private struct Member: Registries.BlobWriter {
    let archive: SharedArchive

    func write(_ bytes: UnsafeRawBufferPointer) throws { try archive.write(bytes) }

    /// What is not whole ends the copy, and the archive with it.
    func finish(isWhole: Bool) throws {}
  }

  private func write(_ body: (inout ArchiveStream) throws -> Void) throws {
    do {
      try stream.withLock { stream in
        guard var open = stream.take() else { throw ended }
        try body(&open)
        stream = consume open
      }
    } catch {
      // An archive that something is missing in is gone by now.
      let error = (error as? NativeError).map { ImageError($0) } ?? error
      failure.withLock { $0 = $0 ?? error }
      throw error
    }
  }
}
