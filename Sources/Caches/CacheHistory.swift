import OCI

/// What one writer knows of a cache's versions: which there are, and which of them it has taken in.
struct CacheHistory: Sendable {
  /// So many generations back a version may still say something that the current one does not.
  private static let depth = 64
  /// How many versions are kept.
  private static let most = 16

  let prefix: String
  private(set) var current: CacheArtifact?
  /// The highest generation that was met.
  private var generation: Int
  /// The digits of versions whose content is in `current`; the latest at the end.
  private var taken: [String]
  private var listed: [CacheVersion] = []
  private var candidates: [CacheArtifact] = []

  init(prefix: String, _ base: CacheArtifact?) {
    self.prefix = prefix
    current = base
    generation = base?.document.generation ?? 0
    taken = (base?.document.absorbed ?? []) + (base.map { [Self.mark(CacheVersion($0))] } ?? [])
  }

  /// Enough digits of a digest to tell versions apart.
  private static func mark(_ version: CacheVersion) -> String { String(version.digest.hex.prefix(16)) }

  /// The document as the next version.
  func succeeding(_ document: CacheDocument) -> CacheDocument {
    var next = document
    next.generation = generation + 1
    next.absorbed = Array(taken.suffix(Self.depth))
    return next
  }

  mutating func wrote(_ artifact: CacheArtifact) {
    current = artifact
    generation = artifact.document.generation
    see(CacheVersion(artifact))
  }

  /// Those that may say something new, the newest first.
  mutating func unseen(in tags: [String]) -> [CacheVersion] {
    listed = tags.compactMap { CacheVersion(tag: $0, prefix: prefix) }
    let newest = listed.map(\.generation).max() ?? 0
    return listed.filter { $0.generation > newest - Self.depth && !hasSeen($0) }
      .sorted { ($1.generation, $0.digest) < ($0.generation, $1.digest) }
  }

  func hasSeen(_ version: CacheVersion) -> Bool { taken.contains(Self.mark(version)) }

  /// - Parameter document: what is in it, and with that what it has taken in itself.
  mutating func see(_ version: CacheVersion, _ document: CacheDocument? = nil) {
    generation = max(generation, version.generation)
    for mark in (document?.absorbed ?? []) + [Self.mark(version)] where !taken.contains(mark) { taken.append(mark) }
  }

  /// A version that has all that the current one has.
  mutating func offer(_ artifact: CacheArtifact) { candidates.append(artifact) }

  func best(covering document: CacheDocument) -> CacheArtifact? { candidates.first { $0.document.covers(document) } }

  /// From now on another writer's version is the current one.
  mutating func adopt(_ artifact: CacheArtifact) {
    current = artifact
    candidates = []
  }

  /// The oldest version, to be removed; nil as long as there are few. Each write adds one, so that one at a time is enough,
  /// and no writer waits for many.
  func superseded() -> CacheVersion? {
    guard listed.count > Self.most, let current else { return nil }
    return listed.filter { hasSeen($0) && $0.digest != current.descriptor.digest }
      .min { ($0.generation, $0.digest) < ($1.generation, $1.digest) }
  }
}

extension CacheVersion {
  init(_ artifact: CacheArtifact) {
    self.init(generation: artifact.document.generation, digest: artifact.descriptor.digest)
  }
}
