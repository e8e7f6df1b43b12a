import Native
import OCI
import Registries
import Synchronization

/// A repository of a registry that an image is copied to.
///
/// A blob that the registry has in the source's repository is mounted. One that comes from elsewhere is sent on while it
/// arrives; only when that fails does it go by a file in `folder`, from which an upload can be tried again.
package struct RegistryCopyDestination: CopyDestination {
  package let client: RegistryClient
  /// Its tag does not count.
  package let repository: Reference
  package let tags: [String]
  /// Where files go that have no name.
  package let folder: String

  package let concurrency = 5

  /// - Parameters:
  ///   - root: what is copied.
  ///   - tags: none, and the copy has its digest alone for a name.
  /// - Throws: `ImageError.usage` when `repository` has the digest of something else.
  package init(
    _ root: Image.Document, to repository: Reference, tags: [String], client: RegistryClient, folder: String
  ) throws(ImageError) {
    guard repository.digest == nil || repository.digest == root.descriptor.digest else {
      throw ImageError(
        .usage, "\(repository) cannot name what is copied: that is \(root.descriptor.digest)",
        hint: "give it a tag: HOST/REPOSITORY:TAG")
    }
    self.repository = repository
    self.tags = tags
    self.client = client
    self.folder = folder
  }

  package func has(_ manifest: Descriptor) async throws -> Bool {
    try await client.check(named(manifest.digest))?.digest == manifest.digest
  }

  package func take(
    _ blob: Descriptor, from source: any CopySource, progress: ProgressReceiver?
  ) async throws -> BlobArrival {
    var lenders: [String] = []
    var file: String?
    switch source.place(of: blob) {
    // One that is missing, or not of its size, is found out by being sent.
    case .file(let path): file = try FileStatus.of(Array(path.utf8))?.size == blob.size ? path : nil
    case .repository(let other) where other.registry == repository.registry: lenders = [other.repository]
    case .repository, .stream: break
    }
    do {
      return try await client.deliver(
        blob, file: file, to: repository, mountFrom: lenders, progress: progress,
        orElse: {
          guard try await !send(blob, from: source, progress) else { return }
          try await sendByFile(blob, from: source, progress)
        })
    } catch let error as RegistryError where error.code == .mismatch && file != nil {
      throw ImageError(.corrupt, error.message, hint: "make or fetch the image again")
    }
  }

  package func take(_ manifest: Image.Document) async throws {
    _ = try await client.put(
      manifest: manifest.bytes, manifest.descriptor.mediaType, to: named(manifest.descriptor.digest))
  }

  package func finish(_ root: Image.Document, referrers: [Descriptor]) async throws -> CopyOutcome {
    let digest = root.descriptor.digest
    for target in tags.isEmpty ? [named(digest)] : tags.map(tagged) {
      guard try await client.check(target)?.digest != digest else { continue }
      _ = try await client.put(manifest: root.bytes, root.descriptor.mediaType, to: target)
    }
    return CopyOutcome(names: ["\(named(digest))"], digest: digest)
  }

  private func named(_ digest: Digest) -> Reference {
    Reference(registry: repository.registry, repository: repository.repository, digest: digest)
  }

  private func tagged(_ tag: String) -> Reference {
    Reference(registry: repository.registry, repository: repository.repository, tag: tag)
  }

  /// Sends the blob on while it arrives.
  ///
  /// - Returns: whether the registry has it now; false where a second try may do.
  private func send(
    _ blob: Descriptor, from source: any CopySource, _ progress: ProgressReceiver?
  ) async throws -> Bool {
    let pipe = try BlobPipe()
    let left = Mutex(blob.size)
    async let arrival: Void = source.send(blob, to: pipe, progress: nil)
    do {
      try await client.upload(
        blob,
        reading: { buffer in
          let count = try pipe.read(into: buffer)
          // The last piece stays here until the blob's digest is known to be right.
          if left.withLock({ left in
            left -= count
            return left == 0
          }) {
            try pipe.expectEnd()
          }
          return count
        }, to: repository, progress: progress)
    } catch {
      let isSourceAtFault = pipe.isBroken
      pipe.stopReading()
      do { try await arrival } catch { if isSourceAtFault { throw error } }
      try Task.checkCancellation()
      // One that has begun may have been refused for the way in which it came; a file can come in other ways.
      let hasBegun = left.withLock { $0 } < blob.size
      guard let error = error as? RegistryError, error.isTemporary || hasBegun,
        ![.unauthorized, .denied].contains(error.code)
      else { throw error }
      progress?(BlobProgress(descriptor: blob, phase: .restarted, bytes: 0))
      return false
    }
    pipe.stopReading()
    try await arrival
    return true
  }

  private func sendByFile(
    _ blob: Descriptor, from source: any CopySource, _ progress: ProgressReceiver?
  ) async throws {
    let file = try SpoolFile(in: folder)
    try await file.take(blob, from: source)
    try await client.upload(blob, path: file.path, to: repository, progress: progress)
    withExtendedLifetime(file) {}
  }
}
