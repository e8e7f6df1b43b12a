import Synchronization

/// What the builds of a process have known, found or made: what `--cache-to` writes.
package final class BuildTrace: Sendable {
  private let state = Mutex(CacheContent())

  package init() {}

  /// The records of all steps and bases that the builds came by, and what is known of their layers. A layer's blob is in the
  /// cache's store, or in the remote cache that the record is from.
  package var content: CacheContent { state.withLock { $0 } }
}
