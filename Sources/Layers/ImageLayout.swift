import Glibc
import Native
import OCI

/// A directory of images, by tag: `oci-layout`, `index.json` and blobs.
///
/// The index changes under a lock and appears whole, so any number of processes may use one layout, and one that was
/// killed leaves a layout that the next one reads. All calls block.
/// Source: OCI image specification v1.1, image-layout.md.
package struct ImageLayout: Sendable {
  package let directory: String
  package let blobs: BlobStore

  /// Makes what is missing of a layout.
  ///
  /// - Throws: `.invalid` when the directory is a layout of a version that is not known.
  package init(directory: String) throws(LayerError) {
    // As people write it, but for a slash at its end: paths in errors have one.
    let directory = directory.count > 1 && directory.hasSuffix("/") ? String(directory.dropLast()) : directory
    self.directory = directory
    blobs = try BlobStore(directory: directory)
    if let mark = try Self.read("\(directory)/oci-layout") {
      let version = try? CanonicalJSON.decode(LayoutMark.self, from: mark)
      guard version?.imageLayoutVersion.hasPrefix("1.") ?? false else {
        throw LayerError(
          code: .invalid, message: "\(directory)/oci-layout is of no version that is known",
          hint: "Name another directory.")
      }
    } else {
      let mark = try Self.encode(LayoutMark())
      try LayerError.translating { try AtomicFile.write(mark, to: "\(directory)/oci-layout") }
    }
    let lock = try lock()
    if try Self.read(indexPath) == nil { try write(ImageIndex(manifests: [])) }
    _ = consume lock
  }

  private struct LayoutMark: Codable {
    var imageLayoutVersion = "1.0.0"
  }

  private var indexPath: String { "\(directory)/index.json" }

  /// What `index.json` lists.
  ///
  /// - Throws: `.corrupt` when it is no image index.
  package func index() throws(LayerError) -> ImageIndex {
    guard let bytes = try Self.read(indexPath) else { return ImageIndex(manifests: []) }
    do {
      return try CanonicalJSON.decode(ImageIndex.self, from: bytes)
    } catch {
      throw LayerError(
        code: .corrupt, message: "\(indexPath) is no image index, or was cut short",
        hint: "Remove it; images that are built again come from the cache.")
    }
  }

  /// The tags, sorted.
  package func tags() throws(LayerError) -> [String] { try index().manifests.compactMap(\.tag).sorted() }

  /// The manifest or index that `tag` names; nil when there is none.
  package func resolve(_ tag: String) throws(LayerError) -> Descriptor? {
    try index().manifests.last { $0.tag == tag }
  }

  /// Gives `tag` to a manifest whose blob is here, in place of what has it now.
  ///
  /// - Throws: `.notFound` when the blob is not here.
  package func put(_ manifest: Descriptor, tag: String) throws(LayerError) {
    guard try blobs.contains(manifest.digest) else {
      throw LayerError(code: .notFound, message: "there is no blob \(manifest.digest) in \(directory) to tag as \(tag)")
    }
    var tagged = manifest
    tagged.annotations = (manifest.annotations ?? [:]).merging([AnnotationKey.referenceName: tag]) { $1 }
    try update { manifests in
      manifests.removeAll { $0.tag == tag }
      manifests.append(tagged)
      manifests.sort { ($0.tag ?? "", $0.digest) < ($1.tag ?? "", $1.digest) }
    }
  }

  /// Lists manifests whose blobs are here without a tag, where they are not listed yet: what refers to other manifests.
  package func list(_ untagged: [Descriptor]) throws(LayerError) {
    guard !untagged.isEmpty else { return }
    try update { manifests in
      for manifest in untagged where !manifests.contains(where: { $0.digest == manifest.digest }) {
        manifests.append(manifest)
      }
      manifests.sort { ($0.tag ?? "", $0.digest) < ($1.tag ?? "", $1.digest) }
    }
  }

  /// Writes config and manifest of an image whose layers are here, and gives it `tag`. Returns the manifest's descriptor.
  package func put(
    config: ImageConfig, layers: [Descriptor], annotations: [String: String]? = nil, tag: String
  ) throws(LayerError) -> Descriptor {
    for layer in layers where try !blobs.contains(layer.digest) {
      throw LayerError(code: .notFound, message: "there is no layer \(layer.digest) in \(directory) for \(tag)")
    }
    let configBlob = try blobs.put(try Self.encode(config), mediaType: .imageConfig)
    let manifest = Manifest(config: configBlob, layers: layers, annotations: annotations)
    var descriptor = try blobs.put(try Self.encode(manifest), mediaType: .imageManifest)
    descriptor.platform = config.platform
    try put(descriptor, tag: tag)
    return descriptor
  }

  /// Takes a tag away; its blobs stay. Returns whether it was there.
  package func remove(tag: String) throws(LayerError) -> Bool {
    var wasThere = false
    try update { manifests in
      let before = manifests.count
      manifests.removeAll { $0.tag == tag }
      wasThere = manifests.count < before
    }
    return wasThere
  }

  /// Keeps every blob here for as long as the result lives: while an image is put together from blobs that are here
  /// already, or read.
  package func holdBlobs() throws(LayerError) -> FileDescriptor {
    do throws(NativeError) {
      let file = try FileDescriptor.open("\(directory)/.blobs.lock", O_RDWR | O_CREAT, mode: 0o644)
      try file.lock(exclusive: false)
      return file
    } catch {
      throw LayerError(error)
    }
  }

  /// Removes blobs that no image of the index needs, and what killed writers have left. Returns the bytes that are free now;
  /// 0 as well when somebody holds the blobs just now.
  ///
  /// - Parameter age: seconds; younger blobs stay, since other tools write an image's layers before they tag the image.
  package func collectGarbage(olderThan age: Int = 3600) throws(LayerError) -> Int {
    let hold = try LayerError.translating {
      try FileDescriptor.open("\(directory)/.blobs.lock", O_RDWR | O_CREAT, mode: 0o644)
    }
    guard flock(hold.raw, LOCK_EX | LOCK_NB) == 0 else { return 0 }
    let lock = try lock()
    let needed = try neededBlobs()
    var freed = 0
    for digest in try blobs.digests() where !needed.contains(digest) {
      let path = Array(blobs.path(of: digest).utf8)
      guard let status = try LayerError.translating({ try FileStatus.of(path) }),
        time(nil) - status.changed.seconds >= age
      else { continue }
      try blobs.remove(digest)
      freed += status.size
    }
    try blobs.removeAbandoned()
    _ = consume lock
    _ = consume hold
    return freed
  }

  /// What the images of the index need, whether it is here or not.
  package func neededBlobs() throws(LayerError) -> Set<Digest> {
    var needed: Set<Digest> = []
    for descriptor in try index().manifests { try collect(descriptor, into: &needed) }
    return needed
  }

  /// What a manifest or index leads to. A blob that is not here leads nowhere.
  private func collect(_ descriptor: Descriptor, into needed: inout Set<Digest>) throws(LayerError) {
    guard needed.insert(descriptor.digest).inserted, try blobs.contains(descriptor.digest) else { return }
    if descriptor.mediaType.isIndex {
      let bytes = try blobs.read(descriptor.digest)
      let index = try LayerError.translating { try CanonicalJSON.decode(ImageIndex.self, from: bytes) }
      for manifest in index.manifests { try collect(manifest, into: &needed) }
    } else if descriptor.mediaType.isManifest {
      let bytes = try blobs.read(descriptor.digest)
      let manifest = try LayerError.translating { try CanonicalJSON.decode(Manifest.self, from: bytes) }
      needed.formUnion([manifest.config.digest] + manifest.layers.map(\.digest))
    }
  }

  private func update(_ change: (inout [Descriptor]) -> Void) throws(LayerError) {
    let lock = try lock()
    var index = try index()
    let before = index.manifests
    change(&index.manifests)
    if index.manifests != before { try write(index) }
    _ = consume lock
  }

  private func write(_ index: ImageIndex) throws(LayerError) {
    let bytes = try Self.encode(index)
    try LayerError.translating { try AtomicFile.write(bytes, to: indexPath) }
  }

  /// A file of its own: `index.json` is replaced, and a lock on it would stay with the old one.
  func lock() throws(LayerError) -> FileDescriptor {
    do throws(NativeError) {
      let file = try FileDescriptor.open("\(directory)/.lock", O_RDWR | O_CREAT, mode: 0o644)
      try file.lock()
      return file
    } catch {
      throw LayerError(error)
    }
  }

  private static func encode(_ value: some Encodable) throws(LayerError) -> [UInt8] {
    try LayerError.translating { try CanonicalJSON.encode(value) }
  }

  private static func read(_ path: String) throws(LayerError) -> [UInt8]? {
    do throws(NativeError) {
      return try FileDescriptor.open(path).readAll(limit: 16 << 20)
    } catch {
      guard error.errno == ENOENT else { throw LayerError(error) }
      return nil
    }
  }
}

extension Descriptor {
  /// The name that an image layout's index gives it.
  package var tag: String? { annotations?[AnnotationKey.referenceName] }
}
