import Layers
import OCI

/// A directory in the form of an OCI image layout, as skopeo's `oci:DIR:TAG` reads it. Images that it has already stay.
///
/// Source: OCI image specification v1.1, image-layout.md.
package struct OCILayoutDestination: ImageDestination {
  package let directory: String
  package let tag: String
  package let form: MediaForm
  /// Whether layers that are not in the image's own store are left out: whoever reads them gets them from elsewhere.
  package let allowsMissingLayers: Bool

  package init(
    directory: String, tag: String = "latest", form: MediaForm = .oci, allowsMissingLayers: Bool = false
  ) {
    self.directory = directory
    self.tag = tag
    self.form = form
    self.allowsMissingLayers = allowsMissingLayers
  }

  package func write(_ image: OutputImage) throws {
    let documents = try image.documents(form)
    let layout = try ImageLayout(directory: directory)
    // What is here already may belong to no image yet or any more.
    let hold = try layout.holdBlobs()
    for layer in image.layers {
      if allowsMissingLayers, try !image.blobs.contains(layer.descriptor.digest) { continue }
      try layout.blobs.take(layer.descriptor, from: image.blobs)
    }
    _ = try layout.blobs.put(documents.config.bytes, mediaType: form.config)
    _ = try layout.blobs.put(documents.manifest.bytes, mediaType: form.manifest)
    try layout.put(documents.manifest.descriptor, tag: tag)
    _ = consume hold
  }
}
