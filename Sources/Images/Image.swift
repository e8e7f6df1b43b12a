import Layers
import Native
import OCI

/// An image as it is read: its documents, byte for byte and decoded. Its layers stay where they are.
package struct Image: Sendable {
  /// As the person named it.
  package let name: String
  /// Nil in a Docker archive, which has none.
  package let manifest: Document?
  /// What the manifest says; made up from `manifest.json` in a Docker archive.
  package let content: Manifest
  /// The config's bytes.
  package let configDocument: Document
  package let config: ImageConfig
  /// Lowest first.
  package let layers: [Layer]
  /// What reads the layers.
  package let source: any BlobSource

  package typealias Document = OutputImage.Document

  /// The most bytes of a manifest, an index or a config.
  static let documentLimit = 8 << 20

  /// - Throws: `ImageError` when the documents are no image's.
  init(
    name: String, manifest: Document?, content: Manifest, config document: Document, source: any BlobSource
  ) throws {
    let config = try Self.decode(
      ImageConfig.self, document.bytes, "the config \(document.descriptor.digest) of \(name)")
    guard config.rootfs.diffIDs.count == content.layers.count else {
      throw ImageError(
        .corrupt,
        "\(name): the config speaks of \(config.rootfs.diffIDs.count) layers, the manifest of \(content.layers.count)")
    }
    self.name = name
    self.manifest = manifest
    self.content = content
    configDocument = document
    self.config = config
    layers = zip(config.rootfs.diffIDs, content.layers).map { Layer(diffID: $0, descriptor: $1) }
    self.source = source
  }

  /// Bytes of the layers' blobs.
  package var size: Int { content.layers.reduce(0) { $0 + $1.size } }

  /// Decodes JSON that comes from outside.
  ///
  /// - Parameter what: what errors call it.
  static func decode<Value: Decodable>(_ type: Value.Type, _ bytes: [UInt8], _ what: String) throws(ImageError) -> Value
  {
    do {
      return try CanonicalJSON.decode(type, from: bytes)
    } catch let error as DecodingError {
      throw ImageError(.corrupt, "\(what) cannot be read: \(error.reason)")
    } catch {
      throw ImageError(.corrupt, "\(what) cannot be read: it is no JSON")
    }
  }

  /// The decoded manifest of an image.
  ///
  /// - Throws: `ImageError.unsupported` for what is no image: a chart, a signature, an attestation.
  static func manifest(_ document: Document, of name: String) throws(ImageError) -> Manifest {
    let manifest = try decode(Manifest.self, document.bytes, "the manifest \(document.descriptor.digest) of \(name)")
    let type = manifest.config.mediaType
    guard type == .imageConfig || type == .dockerConfig else {
      throw ImageError(.unsupported, "\(name) is no image: its config is \(manifest.artifactType ?? type.rawValue)")
    }
    // Sizes are added up, and buffers made by them.
    for blob in [manifest.config] + manifest.layers {
      guard (0...(1 << 46)).contains(blob.size) else {
        throw ImageError(.corrupt, "\(name): the blob \(blob.digest) cannot have \(blob.size) bytes")
      }
    }
    return manifest
  }

  /// The manifest for `platform` of an index.
  ///
  /// - Parameter platform: nil takes this machine's, or the only one.
  static func choose(
    from index: ImageIndex, for platform: Platform?, of name: String
  ) throws(ImageError) -> Descriptor {
    let images = index.manifests.filter { $0.platform?.os != "unknown" }
    if let found = images.first(where: { $0.platform?.satisfies(platform ?? .host) ?? false }) { return found }
    // One without a platform says in its config what it is for.
    if images.count == 1, platform == nil || images[0].platform == nil { return images[0] }
    let there = images.compactMap { $0.platform?.description }.joined(separator: ", ")
    throw ImageError(
      .notFound, "\(name) has no image for \(platform ?? .host)",
      hint: there.isEmpty ? nil : "it has \(there): choose with --platform")
  }
}

extension DecodingError {
  /// Where and why, without Swift's own words for it.
  fileprivate var reason: String {
    let (context, text): (Context, String) =
      switch self {
      case .typeMismatch(let type, let context): (context, "is no \(Self.name(of: type))")
      case .valueNotFound(_, let context): (context, "is null")
      case .keyNotFound(let key, let context): (context, "has no \"\(key.stringValue)\"")
      case .dataCorrupted(let context):
        (context, context.codingPath.isEmpty ? "is no JSON" : context.debugDescription)
      @unknown default: (Context(codingPath: [], debugDescription: ""), "is not as it should be")
      }
    let path = context.codingPath.map { key in key.intValue.map { "[\($0)]" } ?? ".\(key.stringValue)" }.joined()
    return path.isEmpty ? "it \(text)" : "\(path.drop { $0 == "." }) \(text)"
  }

  private static func name(of type: any Any.Type) -> String {
    switch type {
    case is String.Type: "text"
    case is Bool.Type: "true or false"
    case is any BinaryInteger.Type: "whole number"
    default: "\(type)".hasPrefix("Array") ? "list" : "object"
    }
  }
}
