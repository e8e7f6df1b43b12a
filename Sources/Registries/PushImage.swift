import OCI

/// An image to push: its manifest, and where the files of its blobs are.
package struct PushImage: Sendable {
  /// As it is to be stored, byte for byte.
  package var manifest: [UInt8]
  package var mediaType: MediaType
  /// By digest, the file that holds a blob of the manifest. One that is missing here must be in the registry already, or
  /// be mountable.
  package var files: [Digest: String]
  /// Repositories of the target's registry that may have some of the blobs.
  package var mountFrom: [String]
  /// Blobs that are in the target by all that is known, and are sent only where the registry says that they are not. Those
  /// without a file are among them anyway.
  package var believed: Set<Digest>

  package init(
    manifest: [UInt8], mediaType: MediaType = .imageManifest, files: [Digest: String], mountFrom: [String] = [],
    believed: Set<Digest> = []
  ) {
    self.manifest = manifest
    self.mediaType = mediaType
    self.files = files
    self.mountFrom = mountFrom
    self.believed = believed
  }
}

/// An image in a registry, by digest: `HOST/REPOSITORY@sha256:…`.
package struct PushedImage: Sendable, Hashable, CustomStringConvertible {
  package var registry: String
  package var repository: String
  package var digest: Digest

  package init(registry: String, repository: String, digest: Digest) {
    self.registry = registry
    self.repository = repository
    self.digest = digest
  }

  package var reference: Reference { Reference(registry: registry, repository: repository, digest: digest) }
  package var description: String { "\(registry)/\(repository)@\(digest)" }
}

/// What a push did. Bytes are those of blobs; each blob counts once.
package struct PushResult: Sendable, Equatable {
  package var image: PushedImage
  /// Whether the tag named this image before, so that nothing was to be done.
  package var wasThere: Bool
  package var uploaded = 0
  package var mounted = 0
  package var existing = 0

  package var digest: Digest { image.digest }
}
