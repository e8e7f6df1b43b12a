import Builds
import Layers
import OCI
import Registries

extension RegistryCache {
  package func write(_ export: CacheExport) async throws -> CacheOutcome {
    do {
      return try await add(export)
    } catch let error as RegistryError {
      throw CacheError(
        code: .notWritten, message: error.message,
        hint: error.code == .immutable ? "its tag has to be movable: turn immutable tags off for it" : error.hint)
    }
  }

  private func add(_ export: CacheExport) async throws -> CacheOutcome {
    let base = try await baseOfWrite()
    let gone = state.withLock { $0.gone }
    guard var next = (base?.document ?? CacheDocument()).adding(export, gone: gone, limits: limits) else {
      return .unchanged
    }
    var supply = BlobSupply(
      export, to: self, there: Set(base?.document.blobs.map(\.digest) ?? []).subtracting(gone), isNew: base == nil)
    var history = CacheHistory(prefix: try CacheVersion.prefix(of: reference.tag ?? "latest"), base)
    for _ in 0..<patience.rounds {
      next = try await supply.provide(for: next)
      if let base, base == history.current, gone.isEmpty, supply.lacksSome, next.saysTheSame(as: base.document) {
        return .unchanged
      }
      do {
        let artifact = try CacheArtifact(history.succeeding(next))
        let tag = CacheVersion(artifact).tag(prefix: history.prefix)
        async let version: Void = put(artifact, tag: tag)
        try await put(artifact, tag: reference.tag ?? "latest")
        try await version
        history.wrote(artifact)
        guard let union = try await settle(&history) else {
          state.withLock { state in
            state.reading = .success(history.current)
            state.gone = []
          }
          await clean(history)
          return .written(blobs: supply.added, sent: supply.sent)
        }
        supply.trust(union.blobs)
        next = union.adding(export, gone: [], limits: limits) ?? union
      } catch let error as RegistryError where error.missesBlob && supply.cautions < 3 {
        // A clean-up has taken what the last version refers to; or the registry is still putting away what two have sent.
        supply.doubt()
        next = next.absorbing(history.current?.document ?? next)
      }
    }
    throw CacheError(
      code: .notWritten, message: "too many builds write it at once",
      hint: "what this build knows comes into it with a later one")
  }

  /// A spoilt cache is replaced; one that cannot be read for another reason is not written either.
  private func baseOfWrite() async throws -> CacheArtifact? {
    do { return try await artifact() } catch let error as CacheError where error.code == .spoilt { return nil }
  }

  /// Sees to it that the cache's tag, which names what was written, names all that others have written meanwhile.
  ///
  /// - Returns: what is still to be written, as nobody has yet; nil when nothing is.
  private func settle(_ history: inout CacheHistory) async throws -> CacheDocument? {
    while let current = history.current {
      guard let tags = try await listedTags() else { return nil }
      let unseen = history.unseen(in: tags)
      guard !unseen.isEmpty else { return nil }
      var union = current.document
      for version in unseen where !history.hasSeen(version) {
        let name = Reference(
          registry: reference.registry, repository: reference.repository, digest: version.digest)
        // One that is gone was taken in by the one who removed it; one that is spoilt has nothing to give.
        guard let other = try? await read(name) else {
          history.see(version)
          continue
        }
        union = union.absorbing(other.document)
        history.see(version, other.document)
        if other.document.covers(current.document) { history.offer(other) }
      }
      if current.document.covers(union) { return nil }
      guard let better = history.best(covering: union) else { return union }
      history.adopt(better)
      try await put(better, tag: reference.tag ?? "latest")
    }
    return nil
  }

  private func put(_ artifact: CacheArtifact, tag: String) async throws {
    let name = Reference(registry: reference.registry, repository: reference.repository, tag: tag)
    _ = try await client.put(manifest: artifact.bytes, .imageManifest, to: name)
  }

  /// Nil where the registry does not list tags, or not for this user: then nobody can see who else writes.
  private func listedTags() async throws -> [String]? {
    do {
      return try await client.tags(of: reference)
    } catch let error as RegistryError where [.denied, .unauthorized, .notFound, .refused].contains(error.code) {
      return nil
    }
  }

  /// Removes a version that later ones have taken in; a registry that removes nothing keeps them.
  private func clean(_ history: CacheHistory) async {
    guard let version = history.superseded() else { return }
    let name = Reference(registry: reference.registry, repository: reference.repository, digest: version.digest)
    try? await client.deleteManifest(name, mayRefer: false)
  }
}

extension RegistryError {
  /// Whether a manifest was refused since a blob that it refers to is not there.
  fileprivate var missesBlob: Bool {
    reported.contains("MANIFEST_BLOB_UNKNOWN") || [400, 404].contains(status) && code != .immutable
  }
}
