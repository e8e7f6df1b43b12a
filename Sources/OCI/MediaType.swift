/// What a blob or manifest is, such as `application/vnd.oci.image.manifest.v1+json`.
///
/// Source: OCI image specification v1.1, media-types.md; Docker image manifest v2, schema 2.
package struct MediaType: Hashable, Sendable, RawRepresentable, Codable, CustomStringConvertible {
  package let rawValue: String

  package init(rawValue: String) { self.rawValue = rawValue }
  package init(_ rawValue: String) { self.rawValue = rawValue }

  package init(from decoder: any Decoder) throws { rawValue = try decoder.singleValueContainer().decode(String.self) }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(rawValue)
  }

  package var description: String { rawValue }

  package static let imageIndex = MediaType("application/vnd.oci.image.index.v1+json")
  package static let imageManifest = MediaType("application/vnd.oci.image.manifest.v1+json")
  package static let imageConfig = MediaType("application/vnd.oci.image.config.v1+json")
  package static let layer = MediaType("application/vnd.oci.image.layer.v1.tar")
  package static let gzipLayer = MediaType("application/vnd.oci.image.layer.v1.tar+gzip")
  package static let zstdLayer = MediaType("application/vnd.oci.image.layer.v1.tar+zstd")
  package static let emptyJSON = MediaType("application/vnd.oci.empty.v1+json")

  package static let dockerManifestList = MediaType("application/vnd.docker.distribution.manifest.list.v2+json")
  package static let dockerManifest = MediaType("application/vnd.docker.distribution.manifest.v2+json")
  package static let dockerConfig = MediaType("application/vnd.docker.container.image.v1+json")
  package static let dockerGzipLayer = MediaType("application/vnd.docker.image.rootfs.diff.tar.gzip")
  package static let dockerLayer = MediaType("application/vnd.docker.image.rootfs.diff.tar")

  /// Whether it lists manifests, one for each platform.
  package var isIndex: Bool { self == .imageIndex || self == .dockerManifestList }
  /// Whether it is the manifest of one image.
  package var isManifest: Bool { self == .imageManifest || self == .dockerManifest }
}
