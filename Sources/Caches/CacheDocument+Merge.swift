import Builds
import Layers
import OCI

/// How much a cache keeps of what no build of now has used.
package struct CacheLimits: Sendable {
  /// Steps of all builds.
  package var steps: Int
  /// Of their layers.
  package var bytes: Int

  package init(steps: Int = 200, bytes: Int = 20_000_000_000) {
    self.steps = steps
    self.bytes = bytes
  }
}

extension CacheDocument {
  /// With what a build has to leave there.
  ///
  /// Where both know a step, what is there stays: two machines that did the same step would else replace each other's layer
  /// for ever. What the build was told to do anew, and what leads to a blob that is gone, is replaced.
  ///
  /// - Parameter gone: blobs that are not in the cache, whatever it says.
  /// - Returns: nil when all of it is there already, and not about to be forgotten.
  func adding(_ export: CacheExport, gone: Set<Digest>, limits: CacheLimits) -> CacheDocument? {
    var next = keeping { !gone.contains($0.digest) }
    let own = Set(export.content.steps.keys)
    let known = Dictionary(next.steps.map { ($0.key, $0.record) }, uniquingKeysWith: { first, _ in first })
    let front = export.content.steps.sorted { $0.key < $1.key }.map { key, record in
      Step(key: key, record: export.replacesSteps ? record : known[key] ?? record)
    }
    next.steps = front + next.steps.filter { !own.contains($0.key) }
    next.bases.merge(export.content.bases) { export.replacesBases ? $1 : $0 }
    next.sights = Self.merged(next.sights, export.content.sights)
    next.mounts.merge(export.content.mounts) { $1 }
    next.forget(but: own, Set(export.content.bases.keys), limits)

    let isSinking = steps.enumerated().contains { $0.offset >= limits.steps * 3 / 4 && own.contains($0.element.key) }
    return isSinking || !next.saysTheSame(as: self) || !gone.isEmpty ? next : nil
  }

  /// With what another writer knows; where both know something, this one's stays.
  func absorbing(_ other: CacheDocument) -> CacheDocument {
    var next = self
    let known = Set(steps.map(\.key))
    // In front: what was written just now is not to be forgotten first.
    next.steps = other.steps.filter { !known.contains($0.key) } + steps
    next.bases.merge(other.bases) { mine, _ in mine }
    next.sights = Self.merged(sights, other.sights)
    next.mounts.merge(other.mounts) { mine, _ in mine }
    next.generation = max(generation, other.generation)
    next.absorbed = Set(absorbed).union(other.absorbed).sorted()
    return next
  }

  /// Whether nothing would come of absorbing `other`.
  func covers(_ other: CacheDocument) -> Bool { absorbing(other).saysTheSame(as: self) }

  /// Whether both know the same, in whatever order.
  func saysTheSame(as other: CacheDocument) -> Bool { content == other.content }

  private static func merged(
    _ one: [String: LayerSights], _ other: [String: LayerSights]
  ) -> [String: LayerSights] {
    var content = CacheContent()
    content.sights = one
    var later = CacheContent()
    later.sights = other
    content.merge(later)
    return content.sights
  }

  /// Lets go of the steps at the end that are past the limits, and of what belongs to none.
  private mutating func forget(but own: Set<String>, _ ownBases: Set<String>, _ limits: CacheLimits) {
    var bytes = 0
    var seen: Set<Digest> = []
    var count = 0
    steps = steps.filter { step in
      if let blob = step.record.layer?.descriptor, seen.insert(blob.digest).inserted { bytes += blob.size }
      count += 1
      return own.contains(step.key) || count <= limits.steps && bytes <= limits.bytes
    }
    for key in bases.keys.sorted().reversed() where bases.count > 32 && !ownBases.contains(key) { bases[key] = nil }
    let layers = steps.compactMap(\.record.layer) + bases.values.flatMap(\.layers)
    let diffIDs = Set(layers.map(\.diffID.description))
    sights = sights.filter { diffIDs.contains($0.key) }
  }
}
