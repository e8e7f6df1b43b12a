import AWS
import Builds
import Images
import Layers
import Native
import OCI
import Registries

/// Where those layers of a local store are that no build has needed: in the remote caches that knew them. A small file beside
/// the store, by digest.
struct LayerOrigins: Sendable {
  /// The image layout.
  let images: String
  private var path: String { images + ".origins.json" }

  /// - Parameter images: the folder of the image layout, which need not be there.
  init(images: String) { self.images = images }

  /// The caches that have a layer, as `--cache-from` has them.
  func places(of digest: Digest) -> [String] { all()["\(digest)"] ?? [] }

  /// The repositories of a registry that have some of the layers, sorted.
  func repositories(of layers: [Digest], on registry: String) -> [String] {
    let places = all()
    let known = Set(layers.flatMap { places["\($0)"] ?? [] })
    return Set(
      known.compactMap { place -> String? in
        guard case .registry(let reference)? = try? CacheOption.parse(place, .from).place else { return nil }
        return reference.registry == registry ? reference.repository : nil
      }
    ).sorted()
  }

  /// An image of the store, whose layers are fetched where no build has needed them yet.
  func image(tagged tag: String) -> LayoutSource {
    LayoutSource(directory: images, tag: tag, name: tag) { layer in
      try await fetch(layer, into: BlobStore(directory: images))
    }
  }

  /// Notes where layers are; what is in the layout is not looked for elsewhere any more.
  ///
  /// - Throws: `LayerError` when the file cannot be written.
  func keep(_ places: [Digest: [String]], in layout: ImageLayout) throws {
    let before = all()
    guard !(before.isEmpty && places.isEmpty) else { return }
    let new = Dictionary(uniqueKeysWithValues: places.map { ("\($0.key)", $0.value) })
    let needed = try Set(layout.neededBlobs().map(\.description))
    let kept = try before.merging(new) { $1 }.filter { digest, _ in
      guard needed.contains(digest), let digest = Digest(digest) else { return false }
      return try !layout.blobs.contains(digest)
    }
    guard kept != before else { return }
    try AtomicFile.write(CanonicalJSON.encode(kept), to: path)
  }

  /// Brings a layer from where it is.
  ///
  /// - Throws: `Failure` when it is nowhere.
  func fetch(_ layer: Descriptor, into store: BlobStore) async throws {
    if try store.size(of: layer.digest) == layer.size { return }
    var causes: [String] = []
    for place in places(of: layer.digest) {
      do {
        log.debug("\(layer.digest.short) is fetched from \(place)")
        return try await Self.fetch(layer, from: place, into: store)
      } catch {
        try Task.checkCancellation()
        causes.append("\(place): \(Failure(error)?.message ?? "\(error)")")
      }
    }
    let cause = causes.isEmpty ? "nobody knows where it is" : causes.joined(separator: "; ")
    throw Failure(
      .unavailable, "the layer \(layer.digest) is not in \(images): \(cause)",
      hint: "build the image with all its layers: imagesmith build --load --output type=oci,dest=FOLDER")
  }

  private static func fetch(_ layer: Descriptor, from place: String, into store: BlobStore) async throws {
    let fields = Dictionary(
      place.split(separator: ",").compactMap { field -> (String, String)? in
        let parts = field.split(separator: "=", maxSplits: 1).map(String.init)
        return parts.count == 2 ? (parts[0], parts[1]) : nil
      }, uniquingKeysWith: { first, _ in first })
    if let folder = fields["src"] { return try store.take(layer, from: BlobStore(directory: folder)) }
    guard let reference = fields["ref"].flatMap({ Reference($0) }) else {
      throw Failure(.input, "\(place) names no cache")
    }
    let client = try RegistryAccess.client(for: reference.registry)
    try await client.fetchBlob(layer, from: reference, toFile: store.path(of: layer.digest))
  }

  private func all() -> [String: [String]] {
    guard let bytes = try? FileDescriptor.open(path).readAll(limit: 16 << 20) else { return [:] }
    return (try? CanonicalJSON.decode([String: [String]].self, from: bytes)) ?? [:]
  }
}
