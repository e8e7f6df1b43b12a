/// One image: its config and its layers, lowest first.
///
/// Source: OCI image specification v1.1, manifest.md.
package struct Manifest: Sendable, Equatable, Codable {
  package var schemaVersion = 2
  package var mediaType: MediaType?
  package var artifactType: String?
  package var config: Descriptor
  package var layers: [Descriptor]
  package var subject: Descriptor?
  package var annotations: [String: String]?

  package init(
    mediaType: MediaType = .imageManifest, artifactType: String? = nil, config: Descriptor, layers: [Descriptor],
    subject: Descriptor? = nil, annotations: [String: String]? = nil
  ) {
    self.mediaType = mediaType
    self.artifactType = artifactType
    self.config = config
    self.layers = layers
    self.subject = subject
    self.annotations = annotations
  }
}

/// A list of manifests: one image for several platforms, or what an image layout holds.
///
/// Source: OCI image specification v1.1, image-index.md.
package struct ImageIndex: Sendable, Equatable, Codable {
  package var schemaVersion = 2
  package var mediaType: MediaType?
  package var artifactType: String?
  package var manifests: [Descriptor]
  package var subject: Descriptor?
  package var annotations: [String: String]?

  package init(
    mediaType: MediaType = .imageIndex, manifests: [Descriptor], annotations: [String: String]? = nil
  ) {
    self.mediaType = mediaType
    self.manifests = manifests
    self.annotations = annotations
  }

  /// The manifest for `platform`; nil when there is none. Attestations, which name an unknown platform, never match.
  package func manifest(for platform: Platform) -> Descriptor? {
    manifests.first { $0.platform?.satisfies(platform) ?? false } ?? (manifests.count == 1 ? manifests[0] : nil)
  }
}
