import Builds
import Native
import OCI

/// A cache as an OCI artifact: one manifest, whose layers are those that the cache speaks of, so that registries mount them
/// and no clean-up takes them away, and whose annotation holds what the cache knows. So one request reads it.
///
/// Source: OCI image specification v1.1, manifest.md, "Guidelines for Artifact Usage".
struct CacheArtifact: Sendable, Equatable {
  static let artifactType = "application/vnd.imagesmith.cache.v1"
  private static let family = "application/vnd.imagesmith.cache."
  /// The document: JSON, zstd, base64.
  static let annotation = "vnd.imagesmith.cache.content"
  /// What stands for a config, and for a layer where there is none: `{}`.
  static let empty = Array("{}".utf8)
  /// Bytes of a document's JSON.
  private static let documentLimit = 32 << 20

  var document: CacheDocument
  /// The manifest, byte for byte.
  let bytes: [UInt8]
  let descriptor: Descriptor

  init(_ document: CacheDocument) throws {
    let empty = Descriptor(
      mediaType: .emptyJSON, digest: Digest(sha256: try SHA256.hash(Self.empty)), size: Self.empty.count)
    let layers = document.blobs
    let text = try CompressedText.pack(CanonicalJSON.encode(document))
    let manifest = Manifest(
      artifactType: Self.artifactType, config: empty, layers: layers.isEmpty ? [empty] : layers,
      annotations: [Self.annotation: text])
    self.document = document
    bytes = try CanonicalJSON.encode(manifest)
    descriptor = Descriptor(
      mediaType: .imageManifest, digest: Digest(sha256: try SHA256.hash(bytes)), size: bytes.count,
      artifactType: Self.artifactType)
  }

  /// Reads a manifest.
  ///
  /// - Parameter descriptor: of `bytes`, whose digest has been checked.
  /// - Throws: `CacheError` with code `spoilt` or `newer`.
  init(_ bytes: [UInt8], _ descriptor: Descriptor) throws(CacheError) {
    guard let manifest = try? CanonicalJSON.decode(Manifest.self, from: bytes) else {
      throw Self.spoilt("its manifest cannot be read")
    }
    guard let type = manifest.artifactType, type.hasPrefix(Self.family) else {
      throw CacheError(
        code: .spoilt,
        message: "what is there is no cache, but \(manifest.artifactType ?? manifest.config.mediaType.rawValue)",
        hint: "name a tag of its own for the cache")
    }
    guard type == Self.artifactType else { throw Self.newer(type) }
    guard let text = manifest.annotations?[Self.annotation],
      let json = CompressedText.unpack(text, limit: Self.documentLimit)
    else { throw Self.spoilt("what it knows cannot be unpacked") }
    guard let mark = try? CanonicalJSON.decode(FormatMark.self, from: json) else {
      throw Self.spoilt("what it knows cannot be read")
    }
    guard mark.format == CacheDocument.currentFormat else { throw Self.newer("format \(mark.format)") }
    guard let document = try? CanonicalJSON.decode(CacheDocument.self, from: json), Self.isSound(document) else {
      throw Self.spoilt("what it knows cannot be read")
    }
    // A layer that the manifest does not refer to may be gone any day.
    let layers = Set(manifest.layers)
    self.document = document.keeping { layers.contains($0) }
    self.bytes = bytes
    self.descriptor = descriptor
  }

  private struct FormatMark: Decodable {
    var format: Int
  }

  private static func isSound(_ document: CacheDocument) -> Bool {
    document.generation >= 0 && document.blobs.allSatisfy { $0.size >= 0 }
      && (document.steps.map(\.key) + document.bases.keys).allSatisfy { Digest("sha256:\($0)") != nil }
  }

  private static func spoilt(_ reason: String) -> CacheError {
    CacheError(
      code: .spoilt, message: "it is spoilt: \(reason)",
      hint: "the next build that writes there replaces it")
  }

  private static func newer(_ what: String) -> CacheError {
    CacheError(
      code: .newer, message: "a later imagesmith has written it (\(what))",
      hint: "update imagesmith here, or name another tag for its cache")
  }
}
