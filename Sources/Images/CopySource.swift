import Native
import OCI
import Registries

/// What is copied: a manifest or index that a person has named, and all that it leads to, byte for byte.
package protocol CopySource: Sendable {
  /// A manifest or index, its digest checked.
  ///
  /// - Parameter wanted: one that another names; nil for the one that the person has named.
  /// - Throws: `ImageError`, `RegistryError`.
  func manifest(_ wanted: Descriptor?) async throws -> Image.Document

  /// Sends a blob to `writer`, which is told at the end whether size and digest are right.
  ///
  /// - Throws: `ImageError.corrupt` or a `RegistryError` for a blob that is not what it should be, and what `writer` throws.
  func send(_ blob: Descriptor, to writer: any Registries.BlobWriter, progress: ProgressReceiver?) async throws

  /// The manifests that name `digest` as their subject: signatures, bills of materials.
  func referrers(of digest: Digest) async throws -> [Descriptor]

  /// Where a destination may find the blob without its being sent.
  func place(of blob: Descriptor) -> BlobPlace
}

/// Where a blob of a `CopySource` is.
package enum BlobPlace: Sendable, Equatable {
  /// A file of this machine.
  case file(String)
  /// A repository, whose registry can lend it to another repository.
  case repository(Reference)
  /// Somewhere that it has to be read from.
  case stream
}

extension BlobSource {
  /// What `CopySource.send` promises, for blobs that can be read.
  func pump(
    _ blob: Descriptor, to writer: any Registries.BlobWriter, progress: ProgressReceiver?
  ) async throws {
    let isCancelled = CancellationMark()
    do {
      try await withTaskCancellationHandler {
        try await read(blob) { source in
          let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 4096)
          defer { buffer.deallocate() }
          var bytes = 0
          while true {
            guard !isCancelled.value else { throw CancellationError() }
            let count = try source(buffer)
            guard count > 0 else { return }
            try writer.write(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            bytes += count
            progress?(BlobProgress(descriptor: blob, phase: .moving, bytes: bytes))
          }
        }
      } onCancel: {
        isCancelled.set()
      }
    } catch {
      try? writer.finish(isWhole: false)
      throw error
    }
    try writer.finish(isWhole: true)
  }
}
