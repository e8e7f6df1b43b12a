import Layers
import Native
import OCI

/// What `docker save` writes: `manifest.json`, which names a config and layers in the same tar, by digest in newer
/// archives, by an id or the DiffID in older ones.
///
/// Source: Docker image specification v1.2; moby, image/tarexport.
struct DockerArchive {
  private let index: ArchiveIndex
  private let name: String

  init(_ index: ArchiveIndex, name: String) {
    self.index = index
    self.name = name
  }

  /// - Parameter wanted: a name that `RepoTags` has, or `@N`.
  func image(_ wanted: String?) throws -> Image {
    let (found, blobs) = try content(wanted)
    return try Image(name: name, manifest: nil, content: found.manifest, config: found.config, source: blobs)
  }

  /// The config, a manifest made up for it, and what reads the layers.
  ///
  /// - Parameter needsDigests: whether a compressed layer that the archive names by its DiffID is read for its own digest.
  func content(
    _ wanted: String?, needsDigests: Bool = false
  ) throws -> (image: (config: Image.Document, manifest: Manifest), blobs: ArchiveBlobs) {
    let entries = try Image.decode(
      [DockerArchiveEntry].self, index.document("manifest.json"), "manifest.json in \(index.path)")
    let entry = try choose(wanted, from: entries)
    let bytes = try index.document(entry.config)
    let config = try OutputImage.Document(bytes, .dockerConfig)
    // The config's name is its digest, in both forms.
    if let hex = entry.config.split(separator: "/").last?.split(separator: ".").first,
      let digest = Digest("sha256:\(hex)"), digest != config.descriptor.digest
    {
      throw ImageError(
        .corrupt, "\(entry.config) in \(index.path) is damaged: its content is \(config.descriptor.digest)")
    }
    let diffIDs = try Image.decode(
      ImageConfig.self, bytes, "\(entry.config) in \(index.path)"
    ).rootfs.diffIDs
    guard diffIDs.count == entry.layers.count else {
      throw ImageError(
        .corrupt, "\(name): the config speaks of \(diffIDs.count) layers, manifest.json of \(entry.layers.count)")
    }
    var source = ArchiveBlobs(index: index)
    let layers = try zip(entry.layers, diffIDs).map { try descriptor(of: $0, $1, needsDigests, &source) }
    let manifest = Manifest(mediaType: .dockerManifest, config: config.descriptor, layers: layers)
    return ((config, manifest), source)
  }

  private func descriptor(
    of member: String, _ diffID: DiffID, _ needsDigest: Bool, _ source: inout ArchiveBlobs
  ) throws -> Descriptor {
    let content = try index.open(member)
    var start = [UInt8](repeating: 0, count: 4)
    _ = try start.withUnsafeMutableBytes { try content.read(into: $0) }
    let type: MediaType =
      start.starts(with: [0x1f, 0x8b])
      ? .dockerGzipLayer : start == [0x28, 0xb5, 0x2f, 0xfd] ? .zstdLayer : .dockerLayer
    if member.hasPrefix("blobs/sha256/"), let digest = Digest("sha256:\(member.dropFirst(13))") {
      return Descriptor(mediaType: type, digest: digest, size: content.size)
    }
    if type != .dockerLayer, needsDigest {
      let digest = try digest(of: member)
      source.members[digest] = member
      return Descriptor(mediaType: type, digest: digest, size: content.size)
    }
    source.members[diffID.digest] = member
    if type != .dockerLayer { source.namedByDiffID.insert(diffID.digest) }
    return Descriptor(mediaType: type, digest: diffID.digest, size: content.size)
  }

  private func digest(of member: String) throws -> Digest {
    let content = try index.open(member)
    var buffer = [UInt8](repeating: 0, count: 1 << 18)
    var sha = try SHA256()
    while true {
      let count = try buffer.withUnsafeMutableBytes { try content.read(into: $0) }
      try buffer.withUnsafeBytes { try sha.update(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
      if count < buffer.count { return Digest(sha256: try sha.finish()) }
    }
  }

  private func choose(
    _ wanted: String?, from entries: [DockerArchiveEntry]
  ) throws(ImageError) -> DockerArchiveEntry {
    let tags = entries.flatMap { $0.repoTags ?? [] }
    guard let wanted else {
      if entries.count == 1 { return entries[0] }
      throw ImageError(
        .notFound, "\(index.path) has \(entries.count) images",
        hint: entries.isEmpty ? nil : "name one, or its place, such as @0: it has \(tags.joined(separator: ", "))")
    }
    if wanted.hasPrefix("@"), let place = Int(wanted.dropFirst()), entries.indices.contains(place) {
      return entries[place]
    }
    let reference = Reference(wanted)
    let found = entries.first { entry in
      (entry.repoTags ?? []).contains { $0 == wanted || (reference != nil && Reference($0) == reference) }
    }
    guard let found else {
      throw ImageError(
        .notFound, "\(index.path) has no image \(wanted)",
        hint: tags.isEmpty
          ? "its images have no names: write @0 for the first" : "it has \(tags.joined(separator: ", "))")
    }
    return found
  }
}
