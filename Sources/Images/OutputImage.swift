import Layers
import Native
import OCI

/// An image that has been made, its layers in a blob store: what an `ImageDestination` writes.
package struct OutputImage: Sendable {
  package var config: ImageConfig
  /// Lowest first.
  package var layers: [Layer]
  /// Of the manifest; Docker's form has none.
  package var annotations: [String: String]
  /// Has the blobs of the layers.
  package let blobs: BlobStore

  package init(config: ImageConfig, layers: [Layer], annotations: [String: String] = [:], blobs: BlobStore) {
    self.config = config
    self.layers = layers
    self.annotations = annotations
    self.blobs = blobs
  }

  /// A small blob whose bytes are at hand.
  package struct Document: Sendable, Equatable {
    package var bytes: [UInt8]
    /// Media type, digest and size of `bytes`.
    package var descriptor: Descriptor

    init(_ bytes: [UInt8], _ mediaType: MediaType) throws(NativeError) {
      self.bytes = bytes
      descriptor = Descriptor(
        mediaType: mediaType, digest: Digest(sha256: try SHA256.hash(bytes)), size: bytes.count)
    }
  }

  /// The documents of an image in one form, as a registry or layout stores them.
  package struct Documents: Sendable, Equatable {
    package var config: Document
    /// Its descriptor has the platform.
    package var manifest: Document
  }

  /// Config and manifest by the media types of `form`.
  ///
  /// - Throws: `ImageError.unsupported` where the form has no media type for a layer's compression.
  package func documents(_ form: MediaForm) throws -> Documents {
    try ImageError.translating {
      let config = try Document(try CanonicalJSON.encode(config), form.config)
      let layers = try layers.map { try form.descriptor(of: $0) }
      let content = Manifest(
        mediaType: form.manifest, config: config.descriptor, layers: layers,
        annotations: annotations.isEmpty || form == .docker ? nil : annotations)
      var manifest = try Document(try CanonicalJSON.encode(content), form.manifest)
      manifest.descriptor.platform = self.config.platform
      return Documents(config: config, manifest: manifest)
    }
  }
}
