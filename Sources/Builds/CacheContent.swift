import Layers
import OCI

/// What builds know, in a form that travels between machines: what `--cache-to` writes and `--cache-from` reads. The layers
/// that it speaks of travel beside it, as blobs.
package struct CacheContent: Codable, Sendable, Equatable {
  /// By the 64 hex digits of the step's key.
  package var steps: [String: StepRecord] = [:]
  /// By the hex digits of the base's key.
  package var bases: [String: BaseRecord] = [:]
  /// By the layer's DiffID, `sha256:…`.
  package var sights: [String: LayerSights] = [:]
  /// By the mount's id, the folder of a `RUN --mount=type=cache`, packed as a layer that belongs to no image.
  package var mounts: [String: Layer] = [:]

  package init() {}

  /// The layers' blobs, each once, in the order of their digests.
  package var blobs: [Descriptor] {
    let layers = steps.values.compactMap(\.layer) + bases.values.flatMap(\.layers) + mounts.values
    let byDigest = Dictionary(
      layers.map { ($0.descriptor.digest, $0.descriptor) }, uniquingKeysWith: { first, _ in first })
    return byDigest.values.sorted { $0.digest < $1.digest }
  }

  /// Takes in what a later build knows; where both speak of the same, the later one counts.
  package mutating func merge(_ later: CacheContent) {
    steps.merge(later.steps) { $1 }
    bases.merge(later.bases) { $1 }
    sights.merge(later.sights) { $0.merging($1) }
    mounts.merge(later.mounts) { $1 }
  }
}

extension LayerSights {
  /// What is in either.
  func merging(_ later: LayerSights) -> LayerSights {
    var merged = self
    merged.found.merge(later.found) { before, now in
      var sight = now
      sight.content = now.content ?? before.content
      return sight
    }
    merged.hidden = Set(hidden).union(later.hidden).sorted()
    merged.silent = Set(silent).union(later.silent).sorted()
    return merged
  }
}
