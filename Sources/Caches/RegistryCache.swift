import Builds
import Layers
import OCI
import Registries
import Synchronization

/// A cache that is a tag of a registry's repository.
///
/// One request reads it. Its methods throw `CacheError` or `CancellationError`.
package final class RegistryCache: RemoteCache, CacheTarget {
  /// Seconds and tries of what nobody wants to wait for.
  package struct Patience: Sendable {
    /// For the answer to what is known there: past it, a build is better begun without.
    package var reading: Duration = .seconds(10)
    /// How often a writer takes in what others write at the same time.
    package var rounds = 20

    package init() {}
  }

  struct State {
    /// Nil until the cache has been asked.
    var reading: Result<CacheArtifact?, CacheError>?
    /// Blobs that the cache speaks of and that are not there, or are others.
    var gone: Set<Digest> = []
  }

  package let name: String
  let client: RegistryClient
  package let reference: Reference
  private let isExpected: Bool
  let limits: CacheLimits
  let patience: Patience
  let state = Mutex(State())

  /// - Parameters:
  ///   - reference: with a digest it can only be read.
  ///   - isExpected: whether it is an error that nothing is there: nobody is going to write it.
  package init(
    _ reference: Reference, client: RegistryClient, isExpected: Bool = false,
    limits: CacheLimits = CacheLimits(),
    patience: Patience = Patience()
  ) {
    self.reference = reference
    self.isExpected = isExpected
    self.client = client
    self.limits = limits
    self.patience = patience
    name = "type=registry,ref=\(reference)"
  }

  /// Of the registry, as in a reference; what it has can be mounted from one repository in another.
  package var registry: String { reference.registry }
  package var repository: String { reference.repository }

  package func content() async throws -> CacheContent? {
    guard let artifact = try await artifact() else {
      if isExpected { throw CacheError.nothingThere }
      return nil
    }
    return artifact.document.content
  }

  package func fetch(_ blob: Descriptor, into store: BlobStore) async throws {
    do {
      try await client.fetchBlob(blob, from: reference, toFile: store.path(of: blob.digest))
    } catch let error as RegistryError {
      // A later write brings it again.
      if [.notFound, .mismatch].contains(error.code) {
        _ = state.withLock { $0.gone.insert(blob.digest) }
      }
      throw CacheError(error)
    }
  }

  /// What is there; asked for once, whatever comes of it.
  func artifact() async throws -> CacheArtifact? {
    if let known = state.withLock({ $0.reading }) { return try known.get() }
    let result: Result<CacheArtifact?, CacheError>
    do { result = .success(try await readInTime()) } catch let error as CacheError {
      result = .failure(error)
    }
    state.withLock { $0.reading = result }
    return try result.get()
  }

  private func readInTime() async throws -> CacheArtifact? {
    try await withThrowingTaskGroup(of: CacheArtifact??.self) { [patience, registry] group in
      group.addTask { .some(try await self.read(self.reference)) }
      group.addTask {
        try await Task.sleep(for: patience.reading)
        return nil
      }
      defer { group.cancelAll() }
      guard let first = try await group.next(), let artifact = first else {
        throw CacheError(
          code: .unreachable,
          message: "\(registry) did not answer within \(patience.reading)",
          hint: "can it be reached from here?")
      }
      return artifact
    }
  }

  /// - Returns: nil when there is nothing of that name.
  func read(_ reference: Reference) async throws -> CacheArtifact? {
    do {
      let manifest = try await client.fetchManifest(reference)
      guard manifest.mediaType.isManifest else {
        throw CacheError(
          code: .spoilt, message: "what is there is no cache, but an image for several platforms",
          hint: "name a tag of its own for the cache")
      }
      return try CacheArtifact(manifest.bytes, manifest.descriptor)
    } catch let error as RegistryError {
      if error.code == .notFound { return nil }
      throw CacheError(error)
    }
  }
}

extension CacheError {
  init(_ error: RegistryError) {
    let code: Code
    switch error.code {
    case .unauthorized, .denied: code = .denied
    case .notFound: code = .missing
    case .mismatch, .refused, .unsupported, .invalid: code = .spoilt
    default: code = .unreachable
    }
    self.init(
      code: code, message: error.message,
      hint: error.hint ?? (code == .denied ? "may you pull from and push to that repository?" : nil)
    )
  }
}
