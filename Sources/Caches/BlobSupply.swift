import Builds
import Layers
import OCI
import Registries

/// Brings the blobs of a cache's next version to its repository, each once.
struct BlobSupply: Sendable {
  private let export: CacheExport
  private let cache: RegistryCache
  /// What the last version refers to, and what was brought.
  private var there: Set<Digest>
  private var isNew: Bool
  /// How often a registry has said that it lacks what it should have.
  private(set) var cautions = 0
  /// Blobs that were not there before.
  private(set) var added = 0
  /// Whether there are blobs that are nowhere to be had.
  private(set) var lacksSome = false
  /// Bytes that were sent.
  private(set) var sent = 0

  /// - Parameters:
  ///   - there: what the last version refers to: none of these is asked for.
  ///   - isNew: whether there is no last version.
  init(_ export: CacheExport, to cache: RegistryCache, there: Set<Digest>, isNew: Bool) {
    self.export = export
    self.cache = cache
    self.there = there
    self.isNew = isNew
  }

  /// From now on nothing is taken for granted: all that the next version refers to is looked for.
  mutating func doubt() {
    cautions += 1
    there = []
    isNew = true
  }

  /// Takes it that blobs are there, as another's version refers to them.
  mutating func trust(_ blobs: [Descriptor]) { there.formUnion(blobs.map(\.digest)) }

  /// - Returns: the document without what refers to blobs that are nowhere to be had.
  mutating func provide(for document: CacheDocument) async throws -> CacheDocument {
    if isNew {
      let empty = try export.blobs.put(CacheArtifact.empty, mediaType: .emptyJSON)
      _ = try await cache.client.provide(
        empty, path: export.blobs.path(of: empty.digest), to: cache.reference, mountFrom: [])
      isNew = false
    }
    let missing = document.blobs.filter { !there.contains($0.digest) }.sorted { $0.size > $1.size }
    let (cache, export) = (cache, export)
    let results = try await withThrowingTaskGroup(of: (Digest, Delivery).self) { group in
      var results: [(Digest, Delivery)] = []
      for (index, blob) in missing.enumerated() {
        if index >= 4, let result = try await group.next() { results.append(result) }
        group.addTask { (blob.digest, try await Self.bring(blob, of: export, to: cache)) }
      }
      for try await result in group { results.append(result) }
      return results
    }
    for (digest, delivery) in results where delivery != .impossible {
      there.insert(digest)
      added += 1
      if case .sent(let bytes) = delivery { sent += bytes }
    }
    lacksSome = results.contains { $0.1 == .impossible }
    let known = there
    return document.keeping { known.contains($0.digest) }
  }

  private enum Delivery: Sendable, Equatable {
    case sent(Int)
    case lent
    /// It is not here, nor where else it might be.
    case impossible
  }

  private static func bring(
    _ blob: Descriptor, of export: CacheExport, to cache: RegistryCache
  ) async throws -> Delivery {
    let lenders = export.origins.compactMap { $0 as? RegistryCache }.filter { $0.registry == cache.registry }
    let repositories = export.mountFrom + lenders.map(\.repository)
    var path = try export.blobs.contains(blob.digest) ? export.blobs.path(of: blob.digest) : nil
    do {
      return try await give(blob, path, repositories, cache)
    } catch let error as RegistryError where error.code == .invalid && path == nil {
      for origin in export.origins where origin.name != cache.name {
        guard (try? await origin.fetch(blob, into: export.blobs)) != nil else { continue }
        path = export.blobs.path(of: blob.digest)
        return try await give(blob, path, [], cache)
      }
      return .impossible
    }
  }

  private static func give(
    _ blob: Descriptor, _ path: String?, _ repositories: [String], _ cache: RegistryCache
  ) async throws -> Delivery {
    let isSent = try await cache.client.provide(blob, path: path, to: cache.reference, mountFrom: repositories)
    return isSent ? .sent(blob.size) : .lent
  }
}
