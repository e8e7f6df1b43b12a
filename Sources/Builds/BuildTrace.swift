import Layers
import OCI
import Synchronization

/// What the builds of a process have known, found or made: what `--cache-to` writes.
package final class BuildTrace: Sendable {
  private let state = Mutex(CacheContent())

  package init() {}

  /// The records of all steps and bases that the builds came by, and what has been seen of their layers. Each layer's blob is
  /// in the cache's store, or in a remote cache of its.
  package func content(in cache: BuildCache) throws -> CacheContent {
    var content = state.withLock { $0 }
    func isKnown(_ layer: Layer) throws -> Bool {
      let digest = layer.descriptor.digest
      return try cache.blobs.contains(digest) || !cache.remotes.places(of: digest).isEmpty
    }
    content.steps = try content.steps.filter { try $0.value.layer.map(isKnown) ?? true }
    content.bases = try content.bases.filter { try $0.value.layers.allSatisfy(isKnown) }
    let others = cache.remotes.present?.sights ?? [:]
    let layers = content.steps.values.compactMap(\.layer) + content.bases.values.flatMap(\.layers)
    for diffID in Set(layers.map(\.diffID)) {
      let sights = [others["\(diffID)"], cache.sights.sights(of: diffID)].compactMap(\.self)
      guard let first = sights.first else { continue }
      content.sights["\(diffID)"] = sights.dropFirst().reduce(first) { $0.merging($1) }
    }
    return content
  }

  func note(_ record: StepRecord, of key: StepKey) { state.withLock { $0.steps[key.hex] = record } }

  func note(_ record: BaseRecord, of key: StepKey) { state.withLock { $0.bases[key.hex] = record } }
}
