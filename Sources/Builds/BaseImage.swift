import Glibc
import Layers
import OCI

/// What a stage stands on: a finished image.
package struct BaseImage: Sendable {
  package var config: ImageConfig
  /// Lowest first.
  package var layers: [Layer]
  /// Of the manifest, where the base has one.
  package var digest: Digest?

  package init(config: ImageConfig, layers: [Layer], digest: Digest? = nil) {
    self.config = config
    self.layers = layers
    self.digest = digest
  }
}

/// Finds the images that a Dockerfile names.
package protocol BaseSource: Sendable {
  /// The image `name` for `platform`, as it is now, its layers in `blobs`.
  ///
  /// - Parameter known: blobs that need not come.
  /// - Throws: `BuildError` with code `base` when it cannot be had.
  func base(
    named name: String, platform: Platform, into blobs: BlobStore, except known: Set<Digest>
  ) async throws -> BaseImage
}

/// Images in OCI image layouts on this machine: `oci:DIR[:TAG]`.
package struct LayoutBase: BaseSource {
  package init() {}

  package func base(
    named name: String, platform: Platform, into blobs: BlobStore, except known: Set<Digest> = []
  ) async throws -> BaseImage {
    let parts = name.dropFirst("oci:".count).split(separator: ":", maxSplits: 1).map(String.init)
    guard let directory = parts.first else {
      throw BuildError(code: .base, message: "the base \(name) names no folder", hint: "write oci:DIR or oci:DIR:TAG")
    }
    guard access(directory + "/index.json", R_OK) == 0 else {
      throw BuildError(
        code: .base, message: "there is no image layout in \(directory)", hint: "write oci:DIR or oci:DIR:TAG")
    }
    let layout = try ImageLayout(directory: directory)
    let tags = try layout.tags()
    let tag = parts.count == 2 ? parts[1] : (tags.count == 1 ? tags[0] : "latest")
    guard let found = try layout.resolve(tag) else {
      throw BuildError(
        code: .base, message: "the image layout \(directory) has no image \(tag)",
        hint: tags.isEmpty ? "it is empty" : "it has \(tags.joined(separator: ", "))")
    }
    var descriptor = found
    if descriptor.mediaType.isIndex {
      let index = try CanonicalJSON.decode(ImageIndex.self, from: layout.blobs.read(descriptor.digest, limit: 4 << 20))
      guard let one = index.manifest(for: platform) else {
        throw BuildError(code: .base, message: "\(name) has no image for \(platform)")
      }
      descriptor = one
    }
    let manifest = try CanonicalJSON.decode(Manifest.self, from: layout.blobs.read(descriptor.digest, limit: 4 << 20))
    let config = try CanonicalJSON.decode(
      ImageConfig.self, from: layout.blobs.read(manifest.config.digest, limit: 8 << 20))
    guard config.rootfs.diffIDs.count == manifest.layers.count else {
      throw BuildError(code: .base, message: "\(name) is spoilt: its config and its manifest differ in layers")
    }
    for layer in manifest.layers {
      // A copy that is cut short would be taken for the blob.
      if let size = try blobs.size(of: layer.digest), size != layer.size { try blobs.remove(layer.digest) }
      try blobs.take(layer, from: layout.blobs)
    }
    let layers = zip(config.rootfs.diffIDs, manifest.layers).map { Layer(diffID: $0, descriptor: $1) }
    return BaseImage(config: config, layers: layers, digest: descriptor.digest)
  }
}
