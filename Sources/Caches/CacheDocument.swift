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
  var mounts: [String: Layer] = [:]

  var content: CacheContent {
    var content = CacheContent()
    content.steps = Dictionary(steps.map { ($0.key, $0.record) }, uniquingKeysWith: { first, _ in first })
    content.bases = bases
    content.sights = sights
    content.mounts = mounts
    return content
  }

  /// All that it refers to, each once, in the order of digests.
  var blobs: [Descriptor] { content.blobs }

  /// Without what refers to a blob for which `isThere` is false.
  func keeping(where isThere: (Descriptor) -> Bool) -> CacheDocument {
    var kept = self
    kept.steps = steps.filter { $0.record.layer.map { isThere($0.descriptor) } ?? true }
    kept.bases = bases.filter { $0.value.layers.allSatisfy { isThere($0.descriptor) } }
    kept.mounts = mounts.filter { isThere($0.value.descriptor) }
    return kept
  }
}
