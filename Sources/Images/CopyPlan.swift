import OCI

/// All that a manifest or index leads to, but for what the destination has.
struct CopyPlan: Sendable {
  /// Those before that others name; the root is the last.
  private(set) var manifests: [Image.Document] = []
  /// Each once, in the order in which manifests name them.
  private(set) var blobs: [Descriptor] = []
  /// Of all manifests and indexes, also those that the destination has.
  private(set) var digests: [Digest] = []
  /// Layers that are to be had elsewhere only, by their licence.
  private(set) var foreign: [Descriptor] = []

  /// An index of as many images as any that there is, each with its attestation.
  private static let limit = 2000
  private static let depth = 8

  /// Reads every manifest below `root`, those of one level side by side.
  ///
  /// - Throws: `ImageError.limit` for more, or deeper ones, than an image has; `.corrupt`.
  init(_ root: Image.Document, from source: any CopySource, name: String, to destination: any CopyDestination)
    async throws
  {
    var links: [Digest: ManifestLinks] = [:]
    var documents = [root.descriptor.digest: root]
    var present: Set<Digest> = []
    var level = [root]
    var depth = 0
    while !level.isEmpty {
      depth += 1
      guard depth <= Self.depth, documents.count <= Self.limit else {
        throw ImageError(.limit, "\(name) is an index of more, or deeper ones, than this program copies")
      }
      var next: [Descriptor] = []
      for document in level {
        let found = try ManifestLinks(document, of: name)
        links[document.descriptor.digest] = found
        for child in found.manifests
        where documents[child.digest] == nil && !next.contains(where: { $0.digest == child.digest }) {
          next.append(child)
        }
      }
      let fetched = try await next.mapConcurrently(limit: 8) { child -> (Descriptor, Image.Document?) in
        if child.mediaType.isManifest, try await destination.has(child) { return (child, nil) }
        return (child, try await source.manifest(child))
      }
      level = []
      for (child, document) in fetched {
        if let document {
          documents[child.digest] = document
          level.append(document)
        } else {
          present.insert(child.digest)
        }
      }
    }
    digests = documents.keys.sorted() + present.sorted()
    var seen = present
    var seenBlobs: Set<Digest> = []
    collect(root, documents, links, &seen, &seenBlobs)
  }

  private mutating func collect(
    _ document: Image.Document, _ documents: [Digest: Image.Document], _ links: [Digest: ManifestLinks],
    _ seen: inout Set<Digest>, _ seenBlobs: inout Set<Digest>
  ) {
    guard seen.insert(document.descriptor.digest).inserted, let found = links[document.descriptor.digest] else {
      return
    }
    for child in found.manifests {
      if let child = documents[child.digest] { collect(child, documents, links, &seen, &seenBlobs) }
    }
    for blob in found.blobs where seenBlobs.insert(blob.digest).inserted { blobs.append(blob) }
    foreign += found.foreign
    manifests.append(document)
  }
}
