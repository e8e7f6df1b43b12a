import Native
import OCI
import Registries
import Synchronization

/// A tar as `docker save` writes it that an image is copied to. A file of that name is replaced at the end.
///
/// It holds one image: no index, no annotations, and of layers gzip's and plain ones, so those by zstd are written plain,
/// each under its DiffID. The config stays what it is, byte for byte, and with it the image's id.
/// Source: moby, image/tarexport; Docker image specification v1.2.
package final class DockerArchiveCopyDestination: CopyDestination {
  private let name: String
  private let names: [Reference]
  private let folder: String
  private let archive: SharedArchive
  private let content: Manifest
  private let state = Mutex(State())

  private struct State {
    var written: Set<Digest> = []
    var diffIDs: [DiffID] = []
    /// By the digest of a layer by zstd, the plain one that is written for it.
    var plain: [Digest: Descriptor] = [:]
  }

  /// A tar is written from its start to its end.
  package let concurrency = 1

  /// - Parameters:
  ///   - root: what is copied.
  ///   - image: its name at the source, for errors.
  ///   - name: the archive in results: `docker-archive:FILE`.
  ///   - names: what the image is called when it has been loaded; each has a tag.
  ///   - folder: where files go that have no name.
  /// - Throws: `ImageError.unsupported` for what this form cannot hold.
  package init(
    _ root: Image.Document, of image: String, to output: ArchiveOutput, name: String, names: [Reference], folder: String
  ) throws {
    guard root.descriptor.mediaType.isManifest else {
      throw ImageError(
        .unsupported, "a Docker archive holds one image, and not an index of several",
        hint: "leave out --all, or copy to oci-archive:FILE")
    }
    content = try Image.manifest(root, of: image)
    for layer in content.layers where layer.isForeign || !Self.kinds.contains(layer.mediaType) {
      throw ImageError(
        .unsupported, "a Docker archive cannot hold the layer \(layer.digest), \(layer.mediaType)",
        hint: "copy to oci-archive:FILE")
    }
    self.name = name
    self.names = names
    self.folder = folder
    archive = try SharedArchive(output)
    try archive.append("oci-layout", Array(#"{"imageLayoutVersion":"1.0.0"}"#.utf8))
    for directory in ["blobs", "blobs/sha256"] { try archive.append(directory: directory) }
  }

  private static let kinds: Set<MediaType> = [.layer, .gzipLayer, .zstdLayer, .dockerLayer, .dockerGzipLayer]

  package func has(_ manifest: Descriptor) async throws -> Bool { false }

  package func take(
    _ blob: Descriptor, from source: any CopySource, progress: ProgressReceiver?
  ) async throws -> BlobArrival {
    if blob.digest == content.config.digest {
      try await takeConfig(blob, from: source)
      progress?(BlobProgress(descriptor: blob, phase: .done, bytes: blob.size))
    } else if blob.mediaType == .zstdLayer {
      try await takePlain(blob, from: source, progress)
    } else if state.withLock({ $0.written.insert(blob.digest).inserted }) {
      try await archive.append(blob, from: source, progress: progress)
    }
    return .uploaded
  }

  /// There is none but the root.
  package func take(_ manifest: Image.Document) async throws {}

  package func finish(_ root: Image.Document, referrers: [Descriptor]) async throws -> CopyOutcome {
    var losses: [String] = []
    let plain = state.withLock { $0.plain }
    if !plain.isEmpty {
      losses.append("\(plain.count) layers by zstd are plain now, as Docker's archives know no zstd")
    }
    if content.annotations?.isEmpty == false { losses.append("the manifest's annotations are left out") }
    var manifest = root
    if root.descriptor.mediaType != .dockerManifest || !plain.isEmpty {
      manifest = try document(plain)
      losses.append("the manifest has Docker's media types now, and so another digest; the image's id is the same")
    }
    let layers = try CanonicalJSON.decode(Manifest.self, from: manifest.bytes).layers
    let entry = DockerArchiveEntry(
      config: ArchiveStream.path(of: content.config.digest),
      repoTags: names.isEmpty ? nil : names.map { "\($0)" },
      layers: layers.map { ArchiveStream.path(of: $0.digest) })
    try archive.append(ArchiveStream.path(of: manifest.descriptor.digest), manifest.bytes)
    let index = DockerArchiveDestination.index(of: manifest.descriptor, names: names)
    try archive.append("index.json", try CanonicalJSON.encode(index))
    try archive.append("manifest.json", try CanonicalJSON.encode([entry]))
    try archive.finish()
    let digest = manifest.descriptor.digest
    let lines = names.isEmpty ? [name] : names.map { "\(name):\($0)" }
    return CopyOutcome(names: lines.map { "\($0) \(digest)" }, digest: digest, losses: losses)
  }

  /// The manifest by Docker's media types.
  private func document(_ plain: [Digest: Descriptor]) throws -> Image.Document {
    var config = content.config
    config.mediaType = MediaForm.docker.config
    let layers = content.layers.map { layer -> Descriptor in
      let written = plain[layer.digest] ?? layer
      let type: MediaType =
        [.gzipLayer, .dockerGzipLayer].contains(written.mediaType) ? .dockerGzipLayer : .dockerLayer
      return Descriptor(mediaType: type, digest: written.digest, size: written.size)
    }
    let made = Manifest(mediaType: .dockerManifest, config: config, layers: layers)
    return try ImageError.translating { try Image.Document(try CanonicalJSON.encode(made), .dockerManifest) }
  }

  private func takeConfig(_ blob: Descriptor, from source: any CopySource) async throws {
    guard blob.size <= Image.documentLimit else {
      throw ImageError(.limit, "the config \(blob.digest) has more than \(Image.documentLimit) bytes")
    }
    let memory = MemoryBlobWriter()
    try await source.send(blob, to: memory, progress: nil)
    let bytes = memory.bytes
    let config = try Image.decode(ImageConfig.self, bytes, "the config \(blob.digest)")
    guard config.rootfs.diffIDs.count == content.layers.count else {
      throw ImageError(
        .corrupt, "the config speaks of \(config.rootfs.diffIDs.count) layers, the manifest of \(content.layers.count)")
    }
    state.withLock { $0.diffIDs = config.rootfs.diffIDs }
    try archive.append(ArchiveStream.path(of: blob.digest), bytes)
  }

  /// The size of a member stands before it, so what a layer unpacks to is counted first.
  private func takePlain(
    _ blob: Descriptor, from source: any CopySource, _ progress: ProgressReceiver?
  ) async throws {
    let file = try SpoolFile(in: folder)
    try await file.take(blob, from: source, progress: progress)
    let diffIDs = state.withLock { $0.diffIDs }
    guard let place = content.layers.firstIndex(where: { $0.digest == blob.digest }), diffIDs.indices.contains(place)
    else { return }
    let diffID = diffIDs[place]
    try await BlockingPool.shared.run { [self] in
      try ImageError.translating {
        var sha = try SHA256()
        var size = 0
        try file.forEachPlainPiece { (piece) throws(NativeError) in
          try sha.update(piece)
          size += piece.count
        }
        guard try Digest(sha256: sha.finish()) == diffID.digest else {
          throw ImageError(
            .corrupt, "the layer \(blob.digest) does not unpack to \(diffID)", hint: "make or fetch the image again")
        }
        let plain = Descriptor(mediaType: .dockerLayer, digest: diffID.digest, size: size)
        let isNew = state.withLock { state in
          state.plain[blob.digest] = plain
          return state.written.insert(plain.digest).inserted
        }
        guard isNew else { return }
        try archive.begin(ArchiveStream.path(of: plain.digest), size: plain.size)
        try file.forEachPlainPiece { (piece) throws(NativeError) in
          do { try archive.write(piece) } catch {
            throw NativeError(operation: "write the archive", reason: "\(error)")
          }
        }
      }
    }
    progress?(BlobProgress(descriptor: blob, phase: .done, bytes: blob.size))
  }
}
