import Builds
import Layers
import OCI

/// What a build leaves in caches.
package struct CacheExport: Sendable {
  package var content: CacheContent
  /// Has the blobs that are on this machine.
  package var blobs: BlobStore
  /// Repositories of the target's registry that may have some of the blobs.
  package var mountFrom: [String] = []
  /// Where else blobs may be that are not on this machine.
  package var origins: [any RemoteCache] = []
  /// Whether what this build knows of steps counts more than what is there: it has done them anew, for whatever reason.
  package var replacesSteps = false
  /// The same of bases: `--pull`.
  package var replacesBases = false

  package init(content: CacheContent, blobs: BlobStore) {
    self.content = content
    self.blobs = blobs
  }
}

/// What became of an export.
package enum CacheOutcome: Sendable, Equatable {
  /// All of it was there.
  case unchanged
  /// Blobs that were not there before: their number, and the bytes of those that were sent.
  case written(blobs: Int, sent: Int)
}

/// A cache that a build can leave something in.
package protocol CacheTarget: Sendable {
  /// As `--cache-to` has it.
  var name: String { get }

  /// Adds to what is there; what others add at the same time stays.
  ///
  /// - Throws: `CacheError`; `CancellationError`.
  func write(_ export: CacheExport) async throws -> CacheOutcome
}
