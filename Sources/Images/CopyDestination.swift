import OCI
import Registries

/// Where a copy goes. It gets every blob first, then the manifests, those before that others name, and then the names: so
/// nothing has a name that is not whole.
package protocol CopyDestination: Sendable {
  /// How many blobs may come at once.
  var concurrency: Int { get }

  /// Whether it has a manifest and all that this leads to, so that none of it has to come.
  func has(_ manifest: Descriptor) async throws -> Bool

  /// Takes a blob that it may have already.
  func take(
    _ blob: Descriptor, from source: any CopySource, progress: ProgressReceiver?
  ) async throws -> BlobArrival

  /// Takes a manifest or index all of whose blobs and manifests have come.
  func take(_ manifest: Image.Document) async throws

  /// Takes the manifest or index that has been named, the last of all, and gives it the names of the copy.
  ///
  /// - Parameter referrers: manifests that have come because they refer to others, and that nothing else names.
  func finish(_ root: Image.Document, referrers: [Descriptor]) async throws -> CopyOutcome
}

/// What a copy is at its destination.
package struct CopyOutcome: Sendable, Equatable {
  /// Where it is: `HOST/REPOSITORY@DIGEST`, or each name with the digest behind it.
  package var names: [String]
  /// Of its manifest or index.
  package var digest: Digest
  /// What the destination cannot hold, for people.
  package var losses: [String] = []
}
