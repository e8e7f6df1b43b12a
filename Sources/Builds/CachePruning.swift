import Glibc
import Layers
import Native
import OCI

/// Makes the cache smaller: what was used longest ago goes first, and nothing that a build uses which lives.
package struct CachePruning: Sendable {
  /// Bytes that may stay; 0 takes away everything that nobody uses.
  package var limit: Int
  /// What is taken away; of the others only the size counts.
  package var kinds: Set<CacheEntry.Kind> = Set(CacheEntry.Kind.allCases)
  /// Whether the records of steps go as well, with which a build says why it did something anew.
  package var removesRecords = false
  /// Whether it is only told what would go.
  package var isDry = false
  /// When it stops, done or not; nil for when it is done.
  package var deadline: ContinuousClock.Instant?

  package init(limit: Int) { self.limit = limit }

  /// Bytes that a cache may have where nobody says anything else.
  package static let standardLimit = 20_000_000_000

  /// Days after which the record of a step or context that no build has asked for goes.
  private static let recordAge = 60 * 86_400

  /// What was done.
  package struct Outcome: Sendable, Equatable {
    package var removed: [CacheEntry] = []
    /// Bytes before and after.
    package var before = 0
    package var after = 0
    /// Whether what remains is more than the limit because builds use it.
    package var isHeldBack = false
  }

  /// Takes away; waits for another pruning unless there is a deadline.
  ///
  /// - Throws: `NativeError`, `LayerError` when something cannot be removed.
  package func run(on cache: BuildCache) throws -> Outcome {
    var outcome = Outcome()
    let turn = try FileDescriptor.open("\(cache.directory)/.prune", O_RDWR | O_CREAT, mode: 0o600)
    if deadline == nil { try turn.lock() } else if flock(turn.raw, LOCK_EX | LOCK_NB) != 0 { return outcome }
    if !isDry { try sweep(cache) }
    let inventory = try cache.inventory()
    outcome.before = inventory.size
    outcome.after = inventory.size
    for entry in inventory.entries.sorted(by: { $0.lastUsed < $1.lastUsed }) where kinds.contains(entry.kind) {
      guard outcome.after > limit, deadline.map({ $0 > .now }) ?? true else { break }
      guard try isDry ? !entry.isInUse : remove(entry, from: cache) else {
        outcome.isHeldBack = true
        continue
      }
      outcome.removed.append(entry)
      outcome.after -= entry.size
    }
    if !isDry { outcome.after -= try removeRecords(cache) }
    outcome.isHeldBack = outcome.isHeldBack && outcome.after > limit
    _ = consume turn
    return outcome
  }

  /// What killed builds have left.
  private func sweep(_ cache: BuildCache) throws {
    try cache.blobs.removeAbandoned()
    try cache.snapshots.removeAbandoned()
    for (path, _) in try cache.recordFiles() where path.contains("/.partial-") {
      try AtomicFile.removeIfAbandoned(Array(path.utf8))
    }
  }

  /// Returns whether it could go.
  private func remove(_ entry: CacheEntry, from cache: BuildCache) throws -> Bool {
    let area = try cache.makeWorkArea()
    let lock = try cache.lock(exclusive: true)
    // What was said of it before may be past: a build may have begun, and found it.
    guard try !isInUse(entry, cache) else { return false }
    for (number, path) in entry.paths.enumerated() {
      // Folders go at once, and are emptied when nobody waits.
      guard rename(path, "\(area.path)/\(number)") == 0 || errno == ENOENT else {
        throw NativeError(failed: "remove \(path)")
      }
    }
    _ = consume lock
    area.remove()
    return true
  }

  private func isInUse(_ entry: CacheEntry, _ cache: BuildCache) throws -> Bool {
    if entry.kind == .mount, let path = entry.paths.first {
      let folder = try? FileDescriptor.open(path, O_RDONLY | O_DIRECTORY)
      if let folder, flock(folder.raw, LOCK_EX | LOCK_NB) != 0 { return true }
    }
    guard let oldest = try cache.oldestBuild() else { return false }
    var lastUsed = entry.lastUsed
    for path in entry.paths {
      guard let status = try FileStatus.of(Array(path.utf8)) else { continue }
      lastUsed = max(lastUsed, status.modified.seconds, status.changed.seconds)
    }
    return lastUsed >= oldest
  }

  /// Removes records of long ago, or all. Returns their bytes.
  private func removeRecords(_ cache: BuildCache) throws -> Int {
    var freed = 0
    for (path, status) in try cache.recordFiles()
    where removesRecords || time(nil) - status.changed.seconds > Self.recordAge {
      guard unlink(path) == 0 || errno == ENOENT else { throw NativeError(failed: "remove \(path)") }
      freed += status.size
    }
    return freed
  }
}
