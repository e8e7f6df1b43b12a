import Native
import OCI
import Registries

/// What an archive holds under one name, ready to be copied: its members have been found.
///
/// A Docker archive has no manifest: one is made up of its config and layers, as they stand there.
package struct ArchiveContent: CopySource {
  private let root: Image.Document
  private let config: Image.Document?
  private let blobs: ArchiveBlobs
  /// Of an OCI archive.
  private let entries: LayoutIndex?
  private let name: String

  /// - Throws: `ImageError`.
  package static func open(_ archive: ArchiveSource) async throws -> ArchiveContent {
    try await BlockingPool.shared.run { try ArchiveContent(archive) }
  }

  private init(_ archive: ArchiveSource) throws {
    let index = try ArchiveIndex(path: archive.path)
    name = archive.name
    switch archive.kind {
    case .oci:
      let place = "index.json in \(archive.path)"
      let entries = LayoutIndex(
        try Image.decode(ImageIndex.self, index.document("index.json"), place), in: archive.path)
      config = nil
      self.entries = entries
      blobs = ArchiveBlobs(index: index)
      root = try blobs.document(try entries.entry(archive.tag, for: nil, archive.name))
    case .docker:
      let (image, blobs) = try DockerArchive(index, name: archive.name).content(archive.tag, needsDigests: true)
      config = image.config
      entries = nil
      self.blobs = blobs
      root = try Self.document(image.manifest)
    }
  }

  /// By Docker's media types, as the archive is Docker's; by OCI's where a layer is by zstd, which Docker's have not.
  private static func document(_ made: Manifest) throws -> Image.Document {
    let hasZstd = made.layers.contains { $0.mediaType == .zstdLayer }
    guard hasZstd else { return try Image.Document(try CanonicalJSON.encode(made), .dockerManifest) }
    var manifest = made
    manifest.mediaType = .imageManifest
    manifest.config.mediaType = .imageConfig
    manifest.layers = made.layers.map { layer in
      var layer = layer
      if layer.mediaType == .dockerLayer { layer.mediaType = .layer }
      if layer.mediaType == .dockerGzipLayer { layer.mediaType = .gzipLayer }
      return layer
    }
    return try Image.Document(try CanonicalJSON.encode(manifest), .imageManifest)
  }

  package func manifest(_ wanted: Descriptor?) async throws -> Image.Document {
    guard let wanted else { return root }
    return try await BlockingPool.shared.run { [blobs] in try blobs.document(wanted) }
  }

  package func send(
    _ blob: Descriptor, to writer: any Registries.BlobWriter, progress: ProgressReceiver?
  ) async throws {
    guard let config, config.descriptor.digest == blob.digest else {
      return try await blobs.pump(blob, to: writer, progress: progress)
    }
    do { try config.bytes.withUnsafeBytes { try writer.write($0) } } catch {
      try? writer.finish(isWhole: false)
      throw error
    }
    try writer.finish(isWhole: true)
  }

  package func referrers(of digest: Digest) async throws -> [Descriptor] {
    try await BlockingPool.shared.run { [entries, blobs] in
      try entries?.referrers(of: digest) { try blobs.document($0) } ?? []
    }
  }

  package func place(of blob: Descriptor) -> BlobPlace { .stream }
}

extension ArchiveBlobs {
  /// A manifest or index in the archive, checked.
  func document(_ blob: Descriptor) throws -> Image.Document {
    let bytes = try index.document(Self.path(of: blob.digest))
    return try .read(blob, in: index.path) { (_) throws(NativeError) in bytes }
  }
}
