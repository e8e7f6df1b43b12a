import Native
import OCI

/// An image in a tar: an OCI archive, or what `docker save` and its kin have written. The archive may be compressed.
///
/// Nothing is unpacked: a layer is read where it stands. In a compressed archive, what is before it is read too.
package struct ArchiveSource: ImageSource {
  package enum Kind: Sendable {
    case oci
    case docker
  }

  package let path: String
  package let kind: Kind
  /// A tag or a digest; of a Docker archive an image's name or `@N`, counted from 0. Nil takes the only image.
  package let tag: String?
  /// As the person named the image.
  package let name: String

  package init(path: String, kind: Kind, tag: String?, name: String) {
    self.path = path
    self.kind = kind
    self.tag = tag
    self.name = name
  }

  package func image(for platform: Platform?) async throws -> Image {
    try await BlockingPool.shared.run {
      let index = try ArchiveIndex(path: path)
      switch kind {
      case .docker: return try DockerArchive(index, name: name).image(tag)
      case .oci:
        let entries = LayoutIndex(
          try Image.decode(ImageIndex.self, index.document("index.json"), "index.json in \(path)"), in: path)
        let layers = ArchiveBlobs(index: index)
        return try entries.image(tag: tag, for: platform, name: name, source: layers) { blob in
          let bytes = try index.document(ArchiveBlobs.path(of: blob.digest))
          return try .read(blob, in: path) { (_) throws(NativeError) in bytes }
        }
      }
    }
  }
}

/// The layers of an image in an archive.
struct ArchiveBlobs: BlobSource {
  let index: ArchiveIndex
  /// Where blobs are that do not stand under their digests.
  var members: [Digest: String] = [:]
  /// Compressed layers whose own digest the archive does not say, only their tar's.
  var namedByDiffID: Set<Digest> = []

  func read<Value: Sendable>(
    _ blob: Descriptor, _ body: @escaping @Sendable (@escaping TarReader.Source) throws -> Value
  ) async throws -> Value {
    try await BlockingPool.shared.run {
      let content = try index.open(members[blob.digest] ?? Self.path(of: blob.digest))
      let source: TarReader.Source = { (buffer) throws(NativeError) in try content.read(into: buffer) }
      if namedByDiffID.contains(blob.digest) { return try body(source) }
      let check = try BlobCheck(blob, in: index.path)
      do { return try body(check.checking(source)) } catch { throw check.failure ?? error }
    }
  }

  /// Where an image layout has a blob.
  static func path(of digest: Digest) -> String { "blobs/\(digest.algorithm.rawValue)/\(digest.hex)" }
}
