import Layers
import Native
import OCI
import Registries

/// An OCI image layout on this machine that an image is copied to; the images that it has already stay.
package final class LayoutCopyDestination: CopyDestination {
  /// How results begin: `oci:DIR:`; empty for the local store.
  private let prefix: String
  private let tags: [String]
  private let layout: ImageLayout
  /// What is here already may belong to no image yet or any more.
  private let hold: FileDescriptor

  package let concurrency = 5

  /// Makes the layout where it is missing.
  ///
  /// - Parameters:
  ///   - prefix: how the layout is named in results, before the tag.
  ///   - tags: at least one.
  /// - Throws: `LayerError`.
  package init(directory: String, prefix: String, tags: [String]) throws {
    self.prefix = prefix
    self.tags = tags
    layout = try ImageLayout(directory: directory)
    hold = try layout.holdBlobs()
  }

  /// A manifest may be here, and one of its blobs not: blobs are looked at one by one.
  package func has(_ manifest: Descriptor) async throws -> Bool { false }

  package func take(
    _ blob: Descriptor, from source: any CopySource, progress: ProgressReceiver?
  ) async throws -> BlobArrival {
    if try layout.blobs.size(of: blob.digest) == blob.size {
      progress?(BlobProgress(descriptor: blob, phase: .existing, bytes: blob.size))
      return .existing
    }
    let writer = try StoreBlobWriter(blob, in: layout.blobs)
    do {
      try await source.send(blob, to: writer, progress: progress)
    } catch {
      throw writer.cause(of: error)
    }
    progress?(BlobProgress(descriptor: blob, phase: .done, bytes: blob.size))
    return .uploaded
  }

  package func take(_ manifest: Image.Document) async throws {
    try await BlockingPool.shared.run { [layout] in
      _ = try layout.blobs.put(manifest.bytes, mediaType: manifest.descriptor.mediaType)
    }
  }

  package func finish(_ root: Image.Document, referrers: [Descriptor]) async throws -> CopyOutcome {
    try await take(root)
    return try await BlockingPool.shared.run { [layout, tags, prefix] in
      try layout.list(referrers)
      for tag in tags { try layout.put(root.descriptor, tag: tag) }
      let digest = root.descriptor.digest
      return CopyOutcome(names: tags.map { "\(prefix)\($0) \(digest)" }, digest: digest)
    }
  }
}
