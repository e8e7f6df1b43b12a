import Layers
import Native
import OCI

/// One tar as `docker save` writes it and `docker load` reads it: `manifest.json` beside an image layout.
///
/// Layers by gzip and plain ones stay as they are. Docker's form knows no zstd, so such layers are written plain, each
/// under its DiffID.
/// Source: moby, image/tarexport; Docker image specification v1.2, "Combined Image JSON + Filesystem Changeset Format".
package struct DockerArchiveDestination: ImageDestination {
  package let output: ArchiveOutput
  /// What the image is called when it has been loaded; each has a tag.
  package let names: [Reference]
  package let form: MediaForm

  package init(_ output: ArchiveOutput, names: [Reference] = [], form: MediaForm = .docker) {
    self.output = output
    self.names = names
    self.form = form
  }

  package func write(_ image: OutputImage) throws {
    try ImageError.translating {
      let plain = try image.layers.map { layer in
        guard form == .docker, layer.descriptor.mediaType == .zstdLayer else { return layer }
        return try PlainLayer.measure(layer, in: image.blobs)
      }
      var written = image
      written.layers = plain
      let documents = try written.documents(form)
      let tags = names.map { "\($0)" }
      let entry = DockerArchiveEntry(
        config: ArchiveStream.path(of: documents.config.descriptor.digest), repoTags: tags.isEmpty ? nil : tags,
        layers: plain.map { ArchiveStream.path(of: $0.descriptor.digest) })
      var archive = try ArchiveStream(output)
      try archive.append("manifest.json", try CanonicalJSON.encode([entry]))
      try archive.append(
        layoutOf: documents, index: Self.index(of: documents.manifest.descriptor, names: names),
        layers: zip(plain, image.layers).filter { $0.0 == $0.1 }.map(\.0.descriptor), from: image.blobs)
      var seen: Set<Digest> = []
      for (plain, layer) in zip(plain, image.layers)
      where plain != layer && seen.insert(plain.descriptor.digest).inserted {
        try archive.begin(ArchiveStream.path(of: plain.descriptor.digest), size: plain.descriptor.size)
        try PlainLayer.forEachPiece(of: layer, in: image.blobs) { (piece) throws(NativeError) in
          try archive.write(piece)
        }
      }
      try archive.finish()
    }
  }

  /// With the names by which containerd, below newer Dockers, knows the image.
  static func index(of manifest: Descriptor, names: [Reference]) -> ImageIndex {
    guard !names.isEmpty else { return ImageIndex(manifests: [manifest]) }
    return ImageIndex(
      manifests: names.map { name in
        var named = manifest
        named.annotations = ["io.containerd.image.name": "\(name)", AnnotationKey.referenceName: name.tag ?? "latest"]
        return named
      })
  }
}
