import OCI

/// What a reference names for one platform, read but for its blobs.
package struct ResolvedImage: Sendable, Equatable {
  /// By digest.
  package var image: PushedImage
  package var manifest: FetchedManifest
  package var content: Manifest
  /// The index that the manifest was chosen from.
  package var index: FetchedManifest?
}

/// An image whose blobs are where the caller wanted them.
package struct PulledImage: Sendable, Equatable {
  package var resolved: ResolvedImage
  /// The image's config, byte for byte.
  package var config: [UInt8]
}

/// Says where a blob of a pull goes; nil when the caller has it already.
package typealias BlobSink = @Sendable (Descriptor) throws -> (any BlobWriter)?

extension RegistryClient {
  /// The manifest of `reference` for `platform`, by way of an index where there is one. Fetches no blob.
  package func resolve(_ reference: Reference, for platform: Platform = .host) async throws -> ResolvedImage {
    try await resolve(reference, for: platform, until: deadline())
  }

  private func resolve(
    _ reference: Reference, for platform: Platform, until deadline: Deadline
  ) async throws -> ResolvedImage {
    let named = try await fetchManifest(reference, isPull: true, until: deadline)
    guard named.mediaType.isIndex else { return try Self.resolved(named, nil, reference) }
    guard let index = try? CanonicalJSON.decode(ImageIndex.self, from: named.bytes) else {
      throw RegistryError(code: .refused, message: "\(reference): an index that cannot be read")
    }
    guard let child = index.manifest(for: platform) else {
      let there = index.manifests.compactMap(\.platform?.description).joined(separator: ", ")
      throw RegistryError(
        code: .notFound, message: "\(reference) has no image for \(platform)",
        hint: there.isEmpty ? nil : "it has \(there)")
    }
    guard child.mediaType.isManifest else {
      throw RegistryError(code: .unsupported, message: "\(reference): \(child.mediaType) within an index is not read")
    }
    var name = reference
    name.tag = nil
    name.digest = child.digest
    let manifest = try await fetchManifest(name, isPull: true, until: deadline)
    guard manifest.descriptor.size == child.size else {
      throw RegistryError(
        code: .mismatch,
        message: "manifest \(name): the index says \(child.size) bytes, \(manifest.descriptor.size) came")
    }
    return try Self.resolved(manifest, named, reference)
  }

  private static func resolved(
    _ manifest: FetchedManifest, _ index: FetchedManifest?, _ reference: Reference
  ) throws -> ResolvedImage {
    guard let content = try? CanonicalJSON.decode(Manifest.self, from: manifest.bytes) else {
      throw RegistryError(code: .refused, message: "\(reference): a manifest that cannot be read")
    }
    let image = PushedImage(
      registry: reference.registry, repository: reference.repository, digest: manifest.digest)
    return ResolvedImage(image: image, manifest: manifest, content: content, index: index)
  }

  /// The config of a resolved image, checked.
  package func fetchConfig(of image: ResolvedImage) async throws -> [UInt8] {
    try await fetchBlob(image.content.config, from: image.image.reference)
  }

  /// Pulls an image: its config, and its layers in parallel, each blob to the writer that `sink` gives for it.
  package func pull(
    _ reference: Reference, for platform: Platform = .host, to sink: @escaping BlobSink,
    progress: ProgressReceiver? = nil
  ) async throws -> PulledImage {
    let resolved = try await resolve(reference, for: platform)
    return try await pull(resolved, to: sink, progress: progress)
  }

  package func pull(
    _ resolved: ResolvedImage, to sink: @escaping BlobSink, progress: ProgressReceiver? = nil
  ) async throws -> PulledImage {
    let deadline = deadline()
    let source = resolved.image.reference
    let config = try await fetchConfig(of: resolved)
    if let writer = try sink(resolved.content.config) {
      do { try config.withUnsafeBytes { try writer.write($0) } } catch {
        try? writer.finish(isWhole: false)
        throw error
      }
      try writer.finish(isWhole: true)
    }
    var seen: Set<Digest> = []
    let layers = resolved.content.layers.filter { seen.insert($0.digest).inserted }
    for layer in layers { progress?(BlobProgress(descriptor: layer, phase: .waiting, bytes: 0)) }
    _ = try await layers.mapConcurrently(limit: configuration.concurrency) { layer in
      guard let writer = try sink(layer) else {
        progress?(BlobProgress(descriptor: layer, phase: .existing, bytes: layer.size))
        return
      }
      try await self.fetchBlob(
        layer, from: source, to: writer, progress: progress, slots: self.slots(of: source), until: deadline)
    }
    return PulledImage(resolved: resolved, config: config)
  }
}
