/// Names a blob or manifest by what it is, its digest and its size.
///
/// Source: OCI image specification v1.1, descriptor.md.
package struct Descriptor: Hashable, Sendable, Codable {
  package var mediaType: MediaType
  package var digest: Digest
  /// Bytes.
  package var size: Int
  package var annotations: [String: String]?
  package var platform: Platform?
  package var artifactType: String?
  /// Other places to fetch the blob from.
  package var urls: [String]?

  package init(
    mediaType: MediaType, digest: Digest, size: Int, annotations: [String: String]? = nil, platform: Platform? = nil,
    artifactType: String? = nil, urls: [String]? = nil
  ) {
    self.mediaType = mediaType
    self.digest = digest
    self.size = size
    self.annotations = annotations
    self.platform = platform
    self.artifactType = artifactType
    self.urls = urls
  }
}

/// The key of an annotation that images and indexes have by convention.
///
/// Source: OCI image specification v1.1, annotations.md.
package enum AnnotationKey {
  /// In an image layout's index: the tag.
  package static let referenceName = "org.opencontainers.image.ref.name"
  package static let baseDigest = "org.opencontainers.image.base.digest"
  package static let baseName = "org.opencontainers.image.base.name"
}
