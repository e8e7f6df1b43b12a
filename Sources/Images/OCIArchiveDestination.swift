import Layers
import Native
import OCI

/// One tar with an OCI image layout in it, as skopeo's `oci-archive:FILE` and `podman load` read it.
package struct OCIArchiveDestination: ImageDestination {
  package let output: ArchiveOutput
  package let tag: String?
  package let form: MediaForm

  /// - Parameter tag: the image's name in the archive's index.
  package init(_ output: ArchiveOutput, tag: String? = nil, form: MediaForm = .oci) {
    self.output = output
    self.tag = tag
    self.form = form
  }

  package func write(_ image: OutputImage) throws {
    let documents = try image.documents(form)
    var named = documents.manifest.descriptor
    if let tag { named.annotations = [AnnotationKey.referenceName: tag] }
    try ImageError.translating {
      var archive = try ArchiveStream(output)
      try archive.append(
        layoutOf: documents, index: ImageIndex(manifests: [named]), layers: image.layers.map(\.descriptor),
        from: image.blobs)
      try archive.finish()
    }
  }
}

extension ArchiveStream {
  /// The members of an image layout: its mark and index, and its blobs by their digests.
  mutating func append(
    layoutOf documents: OutputImage.Documents, index: ImageIndex, layers: [Descriptor], from store: BlobStore
  ) throws {
    try append("oci-layout", Array(#"{"imageLayoutVersion":"1.0.0"}"#.utf8))
    try append("index.json", try CanonicalJSON.encode(index))
    try append(directory: "blobs")
    try append(directory: "blobs/sha256")
    var seen: Set<Digest> = []
    for document in [documents.manifest, documents.config] where seen.insert(document.descriptor.digest).inserted {
      try append(Self.path(of: document.descriptor.digest), document.bytes)
    }
    for layer in layers where seen.insert(layer.digest).inserted { try append(layer, from: store) }
  }

  static func path(of digest: Digest) -> String { "blobs/\(digest.algorithm.rawValue)/\(digest.hex)" }

  /// A blob of the store as it is.
  private mutating func append(_ blob: Descriptor, from store: BlobStore) throws {
    let file = try store.open(blob.digest)
    guard try file.status().size == blob.size else {
      throw ImageError(
        .corrupt, "the layer \(blob.digest) in \(store.directory) is not of its \(blob.size) bytes",
        hint: "build again: what is damaged is made anew")
    }
    try begin(Self.path(of: blob.digest), size: blob.size)
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 4096)
    defer { buffer.deallocate() }
    while true {
      let count = try file.read(into: buffer)
      try write(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
      if count < buffer.count { return }
    }
  }
}
