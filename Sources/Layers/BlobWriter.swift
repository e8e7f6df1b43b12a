import Native
import OCI

/// Writes one blob, whose digest exists only once writing has finished. One that goes out of scope before leaves nothing.
package struct BlobWriter: ~Copyable {
  private let store: BlobStore
  private let file: AtomicFile
  private var sha: SHA256
  private var written: Int
  /// The end of what the system has been told to write to disk, so that the final sync has little left to wait for.
  private var flushed: Int
  /// In case it shows only at the end, by `finish()`'s descriptor.
  package let mediaType: MediaType

  init(store: BlobStore, mediaType: MediaType) throws(LayerError) {
    let file = try LayerError.translating { try AtomicFile(in: store.partial) }
    let sha = try LayerError.translating { try SHA256() }
    self.store = store
    self.file = file
    self.sha = sha
    self.mediaType = mediaType
    written = 0
    flushed = 0
  }

  package mutating func write(_ bytes: [UInt8]) throws(LayerError) {
    do throws(NativeError) {
      try bytes.withUnsafeBufferPointer { (pointer) throws(NativeError) in
        try append(UnsafeRawBufferPointer(pointer))
      }
    } catch {
      throw LayerError(error)
    }
  }

  package mutating func write(_ bytes: UnsafeRawBufferPointer) throws(LayerError) {
    do throws(NativeError) { try append(bytes) } catch { throw LayerError(error) }
  }

  /// All of `source` from its current offset.
  package mutating func write(contentsOf source: borrowing FileDescriptor) throws(LayerError) {
    do throws(NativeError) {
      try source.forEachChunk { (bytes) throws(NativeError) in try append(bytes) }
    } catch {
      throw LayerError(error)
    }
  }

  mutating func append(_ bytes: UnsafeRawBufferPointer) throws(NativeError) {
    try file.file.write(bytes)
    try sha.update(bytes)
    written += bytes.count
    if written - flushed >= 8 << 20 {
      // Only a start: a file system that cannot do it syncs all at the end.
      file.file.startWriteback(offset: flushed, length: written - flushed)
      flushed = written
    }
  }

  /// Puts the blob in its place.
  ///
  /// - Parameter expected: its digest, where that is known before.
  /// - Throws: `.corrupt` when it is another.
  package consuming func finish(expecting expected: Digest? = nil) throws(LayerError) -> Descriptor {
    let mediaType = mediaType
    let size = written
    let store = store
    let digest: Digest
    do throws(NativeError) { digest = Digest(sha256: try sha.finish()) } catch { throw LayerError(error) }
    if let expected, expected != digest {
      throw LayerError(
        code: .corrupt, message: "a blob that should be \(expected) is \(digest), of \(size) bytes",
        hint: "Fetch it again.")
    }
    do throws(NativeError) { try file.commit(to: store.path(of: digest)) } catch { throw LayerError(error) }
    return Descriptor(mediaType: mediaType, digest: digest, size: size)
  }
}
