import Synchronization

/// Whether a build has added anything to the cache.
final class CacheGrowth: Sendable {
  private let state = Mutex(false)

  var hasHappened: Bool { state.withLock { $0 } }

  func note() { state.withLock { $0 = true } }
}
