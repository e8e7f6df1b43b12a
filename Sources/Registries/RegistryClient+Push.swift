import Native
import OCI

extension RegistryClient {
  /// Pushes an image. What is there already costs one request; else blobs go in parallel, then the manifest.
  ///
  /// Blobs that have no file here, and others that the caller believes to be there, are looked for only when the registry
  /// refuses the manifest.
  ///
  /// - Parameter reference: the tag, or without one the digest, that will name the image.
  /// - Throws: `RegistryError`; of code `immutable` when the tag names another image and may not be moved.
  package func push(
    _ image: PushImage, to reference: Reference, progress: ProgressReceiver? = nil
  ) async throws -> PushResult {
    let digest = Digest(sha256: try SHA256.hash(image.manifest))
    guard reference.digest == nil || reference.digest == digest else {
      throw RegistryError(code: .invalid, message: "\(reference) cannot name the image \(digest)")
    }
    let deadline = deadline()
    var target = reference
    target.digest = reference.tag == nil ? digest : nil
    let pushed = PushedImage(registry: reference.registry, repository: reference.repository, digest: digest)
    let blobs = try Self.blobs(of: image, reference)

    let scopes = [Scope.push(reference.repository)]
    if try await check(target, until: deadline, scopes)?.digest == digest {
      let size = blobs.reduce(0) { $0 + $1.size }
      return PushResult(image: pushed, wasThere: true, existing: size)
    }
    var result = PushResult(image: pushed, wasThere: false)
    for blob in blobs where image.files[blob.digest] != nil {
      progress?(BlobProgress(descriptor: blob, phase: .waiting, bytes: 0))
    }
    func deliver(_ blobs: [Descriptor]) async throws {
      let arrivals = try await blobs.mapConcurrently(limit: configuration.concurrency) { blob in
        try await self.deliver(
          blob, path: image.files[blob.digest], to: reference, mountFrom: image.mountFrom, progress: progress,
          until: deadline)
      }
      for (blob, arrival) in zip(blobs, arrivals) { result.count(blob, arrival) }
    }
    let believed = blobs.filter { image.files[$0.digest] == nil || image.believed.contains($0.digest) }
    try await deliver(blobs.filter { !believed.contains($0) })
    do {
      _ = try await put(manifest: image.manifest, image.mediaType, to: target, until: deadline)
      for blob in believed { result.count(blob, .existing) }
    } catch let error as RegistryError where !believed.isEmpty && error.mayMissBlobs {
      try await deliver(believed)
      _ = try await put(manifest: image.manifest, image.mediaType, to: target, until: deadline)
    }
    return result
  }

  /// Config and layers, each once, the biggest first so that none is left to run alone at the end.
  private static func blobs(of image: PushImage, _ reference: Reference) throws -> [Descriptor] {
    guard image.mediaType.isManifest, let manifest = try? CanonicalJSON.decode(Manifest.self, from: image.manifest)
    else {
      throw RegistryError(code: .invalid, message: "what is to be pushed to \(reference) is not an image manifest")
    }
    var seen: Set<Digest> = []
    // Layers with addresses of their own may not be distributed by others.
    return (manifest.layers + [manifest.config])
      .filter { $0.urls?.isEmpty ?? true && seen.insert($0.digest).inserted }
      .sorted { $0.size > $1.size }
  }
}

extension RegistryError {
  /// Whether a manifest may have been refused because the repository lacks one of its blobs, which registries say in more
  /// than one way.
  fileprivate var mayMissBlobs: Bool {
    reported.contains("MANIFEST_BLOB_UNKNOWN")
      || [400, 404].contains(status) && code != .immutable
  }
}

extension PushResult {
  fileprivate mutating func count(_ blob: Descriptor, _ arrival: BlobArrival) {
    switch arrival {
    case .uploaded: uploaded += blob.size
    case .mounted: mounted += blob.size
    case .existing: existing += blob.size
    }
  }
}
