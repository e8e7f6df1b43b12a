import Layers
import OCI

/// What the `index.json` of a layout lists, in a directory or an archive.
struct LayoutIndex {
  private let index: ImageIndex
  private let place: String

  /// - Parameter place: the layout, for errors.
  init(_ index: ImageIndex, in place: String) {
    self.index = index
    self.place = place
  }

  func has(_ tag: String?) -> Bool { index.manifests.contains { $0.tag == tag } }

  /// The image that `tag` names.
  ///
  /// - Parameters:
  ///   - tag: or a digest; nil takes the only image, or `latest`.
  ///   - document: reads a small blob of the layout.
  func image(
    tag: String?, for platform: Platform?, name: String, source: any BlobSource,
    _ document: (Descriptor) throws -> Image.Document
  ) throws -> Image {
    var found = try entry(tag, for: platform, name)
    // An index in an index is allowed; a circle cannot be, but a long chain can.
    for _ in 0..<4 where found.mediaType.isIndex {
      let index = try Image.decode(
        ImageIndex.self, document(found).bytes, "the index \(found.digest) of \(name)")
      found = try Image.choose(from: index, for: platform, of: name)
    }
    guard found.mediaType.isManifest else {
      throw ImageError(.unsupported, "\(name) is no image: \(found.mediaType)")
    }
    let manifest = try document(found)
    let content = try Image.manifest(manifest, of: name)
    return try Image(
      name: name, manifest: manifest, content: content, config: document(content.config), source: source)
  }

  /// The manifest or index that `tag` names; of the manifests of a layout that is one image for several platforms, the one
  /// for `platform`.
  func entry(_ tag: String?, for platform: Platform?, _ name: String) throws(ImageError) -> Descriptor {
    let manifests = index.manifests
    if let tag {
      if let found = manifests.last(where: { $0.tag == tag || "\($0.digest)" == tag }) { return found }
    } else {
      if manifests.count == 1 { return manifests[0] }
      if let latest = manifests.last(where: { $0.tag == "latest" }) { return latest }
      if !manifests.isEmpty, manifests.allSatisfy({ $0.platform != nil && $0.tag == nil }) {
        return try Image.choose(from: index, for: platform, of: name)
      }
    }
    let tags = Set(manifests.compactMap(\.tag)).sorted()
    throw ImageError(
      .notFound, tag.map { "\(place) has no image \($0)" } ?? "\(place) has \(manifests.count) images",
      hint: tags.isEmpty ? nil : "it has \(Self.list(tags)): name one")
  }

  /// What the layout lists, with a tag or without, that names `digest` as its subject.
  func referrers(of digest: Digest, _ document: (Descriptor) throws -> Image.Document) throws -> [Descriptor] {
    var seen: Set<Digest> = []
    return try index.manifests.filter { listed in
      guard listed.mediaType.isManifest || listed.mediaType.isIndex, seen.insert(listed.digest).inserted else {
        return false
      }
      let what = "the manifest \(listed.digest) in \(place)"
      return try Image.decode(Subject.self, document(listed).bytes, what).subject?.digest == digest
    }
  }

  private struct Subject: Decodable {
    var subject: Descriptor?
  }

  private static func list(_ tags: [String]) -> String {
    tags.prefix(12).joined(separator: ", ") + (tags.count > 12 ? " and \(tags.count - 12) more" : "")
  }
}
