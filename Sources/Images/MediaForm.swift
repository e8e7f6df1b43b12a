import Layers
import OCI

/// Whose media types an image's manifest has. The bytes of config and layers are the same in both.
///
/// Source: OCI image specification v1.1, media-types.md; Docker image manifest v2, schema 2.
package enum MediaForm: Sendable, Equatable {
  case oci
  case docker

  package var manifest: MediaType { self == .oci ? .imageManifest : .dockerManifest }
  package var config: MediaType { self == .oci ? .imageConfig : .dockerConfig }

  /// The layer's blob as this form calls it.
  ///
  /// - Throws: `ImageError.unsupported` for a zstd layer in Docker's form, which has no media type for it.
  package func descriptor(of layer: Layer) throws(ImageError) -> Descriptor {
    var descriptor = layer.descriptor
    switch (self, descriptor.mediaType) {
    case (.oci, .dockerLayer): descriptor.mediaType = .layer
    case (.oci, .dockerGzipLayer): descriptor.mediaType = .gzipLayer
    case (.docker, .layer): descriptor.mediaType = .dockerLayer
    case (.docker, .gzipLayer): descriptor.mediaType = .dockerGzipLayer
    case (.docker, .zstdLayer):
      throw ImageError(
        .unsupported, "Docker's media types have none for the zstd layer \(descriptor.digest)",
        hint: "build with --compression gzip, or keep OCI's media types")
    default: break
    }
    return descriptor
  }
}
