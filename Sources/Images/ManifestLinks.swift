import OCI

/// What a manifest or index names: that much of it is understood, whatever it is of.
struct ManifestLinks: Sendable, Equatable {
  /// Of an index.
  var manifests: [Descriptor] = []
  var blobs: [Descriptor] = []
  /// Layers that have addresses of their own, as their owners let nobody else distribute them.
  var foreign: [Descriptor] = []

  /// - Parameter name: of the image, for errors.
  /// - Throws: `ImageError.unsupported` for a manifest of another kind, `.corrupt`.
  init(_ document: Image.Document, of name: String) throws(ImageError) {
    let type = document.descriptor.mediaType
    let what = "the manifest \(document.descriptor.digest) of \(name)"
    guard type.isIndex || type.isManifest else {
      throw ImageError(
        .unsupported, "\(what) is of the kind \(type), which names its parts in a way that is not known")
    }
    let said = try Image.decode(Kind.self, document.bytes, what).mediaType
    guard said == nil || said == type else {
      throw ImageError(.corrupt, "\(what) should be \(type), and says that it is \(said?.rawValue ?? "")")
    }
    if type.isIndex {
      for child in try Image.decode(ImageIndex.self, document.bytes, what).manifests {
        // A builder's cache lists layers where others list manifests.
        if child.mediaType.isIndex || child.mediaType.isManifest {
          manifests.append(child)
        } else {
          blobs.append(child)
        }
      }
    } else {
      let manifest = try Image.decode(Manifest.self, document.bytes, what)
      for blob in [manifest.config] + manifest.layers {
        if blob.isForeign { foreign.append(blob) } else { blobs.append(blob) }
      }
    }
    for one in manifests + blobs {
      guard one.digest.algorithm == .sha256 else {
        throw ImageError(.unsupported, "\(what) names \(one.digest): only SHA-256 digests are read")
      }
      guard (0...(1 << 46)).contains(one.size) else {
        throw ImageError(.corrupt, "\(what) names a blob \(one.digest) of \(one.size) bytes, which cannot be")
      }
    }
  }

  private struct Kind: Decodable {
    var mediaType: MediaType?
  }
}

extension Descriptor {
  /// Whether it is a layer that registries and archives leave out.
  ///
  /// Source: OCI image specification v1.1, layer.md, "Non-Distributable Layers"; Docker image manifest v2, schema 2.
  var isForeign: Bool {
    let type = mediaType.rawValue
    return urls?.isEmpty == false
      && (type.hasPrefix("application/vnd.oci.image.layer.nondistributable.v1.")
        || type.hasPrefix("application/vnd.docker.image.rootfs.foreign."))
  }
}
