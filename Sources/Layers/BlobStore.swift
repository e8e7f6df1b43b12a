import Glibc
import Native
import OCI

/// A directory of blobs by their digest, `blobs/sha256/HEX`, as an OCI image layout has it.
///
/// Blobs appear whole or not at all, so any number of processes may use one store. All calls block.
/// Source: OCI image specification v1.1, image-layout.md.
package struct BlobStore: Sendable {
  /// What holds `blobs/`.
  package let directory: String

  /// Makes the directories where they are missing.
  package init(directory: String) throws(LayerError) {
    self.directory = directory
    for path in [directory, "\(directory)/blobs", "\(directory)/blobs/sha256", "\(directory)/blobs/.partial"] {
      try makeDirectories(path)
    }
  }

  /// Where the blob is, or would be.
  package func path(of digest: Digest) -> String {
    "\(directory)/blobs/\(digest.algorithm.rawValue)/\(digest.hex)"
  }

  /// Where blobs are written until they are whole.
  package var partial: String { "\(directory)/blobs/.partial" }

  package func contains(_ digest: Digest) throws(LayerError) -> Bool { try size(of: digest) != nil }

  /// Bytes; nil when the blob is not here.
  package func size(of digest: Digest) throws(LayerError) -> Int? {
    try LayerError.translating { try FileStatus.of(Array(path(of: digest).utf8)) }?.size
  }

  /// - Throws: `.notFound` when the blob is not here.
  package func open(_ digest: Digest) throws(LayerError) -> FileDescriptor {
    do throws(NativeError) {
      return try FileDescriptor.open(path(of: digest))
    } catch {
      guard error.errno == ENOENT else { throw LayerError(error) }
      throw LayerError(code: .notFound, message: "there is no blob \(digest) in \(directory)")
    }
  }

  /// A small blob whole, such as a manifest, its digest checked.
  ///
  /// - Parameter limit: bytes that it may have.
  /// - Throws: `.corrupt` when its content is another's, `.notFound`.
  package func read(_ digest: Digest, limit: Int = 16 << 20) throws(LayerError) -> [UInt8] {
    let file = try open(digest)
    return try LayerError.translating {
      let bytes = try file.readAll(limit: limit)
      guard try Digest(sha256: SHA256.hash(bytes)) == digest else { throw Self.corrupt(digest, in: directory) }
      return bytes
    }
  }

  /// Writes a small blob whole.
  package func put(_ bytes: [UInt8], mediaType: MediaType) throws(LayerError) -> Descriptor {
    let digest = try LayerError.translating { try Digest(sha256: SHA256.hash(bytes)) }
    if try size(of: digest) == bytes.count {
      return Descriptor(mediaType: mediaType, digest: digest, size: bytes.count)
    }
    var writer = try writer(mediaType: mediaType)
    try writer.write(bytes)
    return try writer.finish()
  }

  /// Begins a blob whose digest is known when it has been written.
  package func writer(mediaType: MediaType) throws(LayerError) -> BlobWriter {
    try BlobWriter(store: self, mediaType: mediaType)
  }

  /// Brings a blob from another store: shares its blocks or its file where the file systems can, else copies. One that is
  /// here but not of its size is replaced.
  ///
  /// - Throws: `.corrupt` when the other store's is not of its size either, `.notFound`.
  package func take(_ descriptor: Descriptor, from other: BlobStore) throws(LayerError) {
    let present = try size(of: descriptor.digest)
    if present == descriptor.size { return }
    if let size = try other.size(of: descriptor.digest), size != descriptor.size {
      throw LayerError(
        code: .corrupt,
        message: "\(other.path(of: descriptor.digest)) has \(size) bytes, and \(descriptor.size) belong to its digest",
        hint: "Remove it, and build again.")
    }
    if present != nil { try remove(descriptor.digest) }
    let source = try other.open(descriptor.digest)
    let target = path(of: descriptor.digest)
    let isShared = try LayerError.translating {
      let copy = try AtomicFile(in: partial)
      guard copy.file.clone(source) else { return false }
      try copy.commit(to: target)
      return true
    }
    if isShared { return }
    if link(other.path(of: descriptor.digest), target) == 0 || errno == EEXIST { return }
    var writer = try writer(mediaType: descriptor.mediaType)
    try writer.write(contentsOf: source)
    _ = try writer.finish(expecting: descriptor.digest)
  }

  /// Reads the whole blob and compares its digest.
  ///
  /// - Throws: `.corrupt`, `.notFound`.
  package func verify(_ digest: Digest) throws(LayerError) {
    let file = try open(digest)
    try LayerError.translating {
      var sha = try SHA256()
      try file.forEachChunk { (bytes) throws(NativeError) in try sha.update(bytes) }
      guard try Digest(sha256: sha.finish()) == digest else { throw Self.corrupt(digest, in: directory) }
    }
  }

  /// Removes a blob; it need not be here.
  package func remove(_ digest: Digest) throws(LayerError) {
    guard unlink(path(of: digest)) == 0 || errno == ENOENT else {
      throw LayerError(NativeError(failed: "remove \(path(of: digest))"))
    }
  }

  /// All blobs that are here, in no certain order.
  package func digests() throws(LayerError) -> [Digest] {
    try LayerError.translating {
      try FileDescriptor.open("\(directory)/blobs/sha256", O_RDONLY | O_DIRECTORY).names()
        .compactMap { Digest("sha256:" + String(decoding: $0, as: UTF8.self)) }
    }
  }

  /// Removes what writers that were killed have left.
  package func removeAbandoned() throws(LayerError) {
    do throws(NativeError) {
      for name in try FileDescriptor.open(partial, O_RDONLY | O_DIRECTORY).names() {
        try AtomicFile.removeIfAbandoned(Array("\(partial)/".utf8) + name)
      }
    } catch {
      throw LayerError(error)
    }
  }

  static func corrupt(_ digest: Digest, in place: String) -> LayerError {
    LayerError(
      code: .corrupt, message: "the blob \(digest) in \(place) has another content than its name says",
      hint: "Remove it, so that it is made or fetched again.")
  }
}

/// Makes a directory and those above it, where they are missing, 0755.
package func makeDirectories(_ path: String) throws(LayerError) {
  if mkdir(path, 0o755) == 0 || errno == EEXIST { return }
  if errno == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex {
    try makeDirectories(String(path[..<slash]))
    if mkdir(path, 0o755) == 0 || errno == EEXIST { return }
  }
  throw LayerError(NativeError(failed: "make the directory \(path)"))
}
