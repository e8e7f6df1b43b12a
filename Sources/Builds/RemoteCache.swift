import Layers
import OCI

/// A cache that other machines fill: a repository of a registry, a folder.
package protocol RemoteCache: Sendable {
  /// As `--cache-from` has it, such as `type=registry,ref=HOST/REPOSITORY:TAG`: messages name the cache by it, and a later
  /// process finds it again by it.
  var name: String { get }

  /// What is known there; nil when there is nothing. Asked for once by a process, and only when a step is not in the cache
  /// of this machine.
  ///
  /// - Throws: when it is spoilt or cannot be reached: a warning, and a build without it.
  func content() async throws -> CacheContent?

  /// Brings a blob that `content` speaks of, checked against its digest and size.
  ///
  /// - Throws: when it is gone or is another: a warning, and the step is done again.
  func fetch(_ blob: Descriptor, into store: BlobStore) async throws
}
