import OCI
import Registries
import Synchronization

/// A tar with an OCI image layout in it that an image is copied to. A file of that name is replaced at the end.
package final class OCIArchiveCopyDestination: CopyDestination {
  private let name: String
  private let tags: [String]
  private let archive: SharedArchive
  private let written = Mutex<Set<Digest>>([])

  /// A tar is written from its start to its end.
  package let concurrency = 1

  /// - Parameters:
  ///   - name: the archive in results: `oci-archive:FILE`.
  ///   - tags: the image's names in the archive's index; it may have none.
  package init(_ output: ArchiveOutput, name: String, tags: [String]) throws {
    self.name = name
    self.tags = tags
    archive = try SharedArchive(output)
    try archive.append("oci-layout", Array(#"{"imageLayoutVersion":"1.0.0"}"#.utf8))
    for directory in ["blobs", "blobs/sha256"] { try archive.append(directory: directory) }
  }

  package func has(_ manifest: Descriptor) async throws -> Bool { false }

  package func take(
    _ blob: Descriptor, from source: any CopySource, progress: ProgressReceiver?
  ) async throws -> BlobArrival {
    guard written.withLock({ $0.insert(blob.digest).inserted }) else { return .existing }
    try await archive.append(blob, from: source, progress: progress)
    return .uploaded
  }

  package func take(_ manifest: Image.Document) async throws {
    guard written.withLock({ $0.insert(manifest.descriptor.digest).inserted }) else { return }
    try archive.append(ArchiveStream.path(of: manifest.descriptor.digest), manifest.bytes)
  }

  package func finish(_ root: Image.Document, referrers: [Descriptor]) async throws -> CopyOutcome {
    try await take(root)
    let manifests = tags.map { tag in
      var named = root.descriptor
      named.annotations = [AnnotationKey.referenceName: tag]
      return named
    }
    let index = ImageIndex(manifests: (manifests.isEmpty ? [root.descriptor] : manifests) + referrers)
    try archive.append("index.json", try CanonicalJSON.encode(index))
    try archive.finish()
    let digest = root.descriptor.digest
    let names = tags.isEmpty ? [name] : tags.map { "\(name):\($0)" }
    return CopyOutcome(names: names.map { "\($0) \(digest)" }, digest: digest)
  }
}
