import Builds
import Layers
import OCI

/// What a cache knows, as it is stored: `CacheContent`, its steps in the order of their last export.
///
/// The order is what makes it possible to forget without a clock: a build puts its own steps in front, and what falls off
/// the end has not been part of a build that wrote for a long time.
struct CacheDocument: Codable, Sendable, Equatable {
  struct Step: Codable, Sendable, Equatable {
    /// The 64 hex digits of the step's key.
    var key: String
    var record: StepRecord
  }

  /// The folder of a `RUN --mount=type=cache`, packed as a layer that belongs to no image.
  struct Mount: Codable, Sendable, Equatable {
    var layer: Layer
  }

  /// Of the form of this document; one that is read but not known is left alone.
  static let currentFormat = 1

  var format = Self.currentFormat
  /// One more than that of the documents that it was made from.
  var generation = 0
  /// The versions whose content is in this one, by the digits of their digests; only those that are still listed.
  var absorbed: [String] = []
  var steps: [Step] = []
  var bases: [String: BaseRecord] = [:]
  var sights: [String: LayerSights] = [:]
  /// By the id that Dockerfiles give the mount.
  var mounts: [String: Mount] = [:]

  var content: CacheContent {
    var content = CacheContent()
    content.steps = Dictionary(steps.map { ($0.key, $0.record) }, uniquingKeysWith: { first, _ in first })
    content.bases = bases
    content.sights = sights
    return content
  }

  /// All that it refers to, each once, in the order of digests.
  var blobs: [Descriptor] {
    let all = content.blobs + mounts.values.map(\.layer.descriptor)
    let byDigest = Dictionary(all.map { ($0.digest, $0) }, uniquingKeysWith: { first, _ in first })
    return byDigest.values.sorted { $0.digest < $1.digest }
  }

  /// Without what refers to a blob for which `isThere` is false.
  func keeping(where isThere: (Descriptor) -> Bool) -> CacheDocument {
    var kept = self
    kept.steps = steps.filter { $0.record.layer.map { isThere($0.descriptor) } ?? true }
    kept.bases = bases.filter { $0.value.layers.allSatisfy { isThere($0.descriptor) } }
    kept.mounts = mounts.filter { isThere($0.value.layer.descriptor) }
    return kept
  }
}
