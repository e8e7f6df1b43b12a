import Builds
import Images
import Layers
import Native
import OCI
import Sandboxes

/// The images of a folder, `.imagesmith/images`, and the cache that builds fill it from.
struct LocalStore: Sendable {
  let cache: BuildCache
  /// What the builds come by.
  let trace: BuildTrace
  private let directory: String

  /// - Parameters:
  ///   - directory: the image layout's; made when the first image is kept.
  ///   - remotes: where steps and layers are that are not in the cache of this machine.
  ///   - trace: gets what the builds come by.
  init(directory: String, remotes: RemoteCaches = RemoteCaches([]), trace: BuildTrace = BuildTrace()) throws {
    cache = try BuildCache(directory: Environment.cacheDirectory, remotes: remotes)
    self.trace = trace
    self.directory = directory
  }

  /// What a build came to.
  struct Result: Sendable {
    var manifest: Descriptor
    var config: Digest
    /// Lowest first.
    var layers: [Layer]
    /// Whether the image itself went to stdout.
    var tookStandardOutput = false
  }

  /// Builds an image, and writes it to where it shall be. Layers that only a remote cache has stay there, unless one of
  /// the exports needs them.
  ///
  /// - Parameters:
  ///   - names: each is a tag of the store, and the first one an export's name.
  ///   - keeps: whether the store gets the image.
  func build(
    _ request: BuildRequest, names: [String], exports: [ExportOption] = [], keeps: Bool = true,
    isolation: Isolation, _ display: any ProgressDisplay
  ) async throws -> Result {
    let warnings = WarningList()
    defer {
      display.finish()
      warnings.tell()
    }
    let ladder = IsolationLadder(
      isolation, path: Environment.path, folder: cache.workFolder, notice: { warnings.add($0) })
    let builder = ImageBuilder(
      cache: cache, bases: ImageBases(), path: Environment.path, trace: trace,
      sandbox: { try await ladder.sandbox() },
      report: { event in
        if case .warning(let text) = event { warnings.add(text) }
        display.show(event)
      })
    var request = request
    request.needsLayers = request.needsLayers || !exports.isEmpty
    let built = try await builder.build(request)
    display.finish()
    let image = OutputImage(
      config: built.config, layers: built.layers, annotations: built.annotations, blobs: cache.blobs)
    let result = try await BlockingPool.shared.run {
      let documents = try image.documents(.oci)
      if keeps {
        for name in names.isEmpty ? [TagName.standard] : names {
          try OCILayoutDestination(directory: directory, tag: name, allowsMissingLayers: true).write(image)
        }
        try keepOrigins(of: image.layers)
      }
      for destination in exports.flatMap({ $0.destinations(names) }) { try destination.write(image) }
      return Result(
        manifest: documents.manifest.descriptor, config: documents.config.descriptor.digest, layers: image.layers,
        tookStandardOutput: exports.contains(where: \.isStandardOutput))
    }
    await StoreUpkeep(cache: cache, images: directory).run()
    return result
  }

  private func keepOrigins(of layers: [Layer]) throws {
    let layout = try ImageLayout(directory: directory)
    var places: [Digest: [String]] = [:]
    for digest in layers.map(\.descriptor.digest) where try !layout.blobs.contains(digest) {
      places[digest] = cache.remotes.places(of: digest)
    }
    try LayerOrigins(images: directory).keep(places, in: layout)
  }

  /// An image of the store, ready to be started, all its layers fetched; nil when nothing has that tag.
  func container(tagged tag: String) async throws -> Container? {
    let images = try ImageLayout(directory: directory)
    guard let descriptor = try images.resolve(tag) else { return nil }
    let manifest = try CanonicalJSON.decode(Manifest.self, from: images.blobs.read(descriptor.digest, limit: 4 << 20))
    let config = try CanonicalJSON.decode(
      ImageConfig.self, from: images.blobs.read(manifest.config.digest, limit: 8 << 20))
    for layer in manifest.layers {
      if try images.blobs.contains(layer.digest) {
        try cache.blobs.take(layer, from: images.blobs)
      } else {
        try await LayerOrigins(images: directory).fetch(layer, into: cache.blobs)
      }
    }
    let layers = zip(config.rootfs.diffIDs, manifest.layers).map { Layer(diffID: $0, descriptor: $1) }
    // So that no pruning takes them away while the container runs.
    for layer in layers { _ = try cache.use(layer) }
    return Container(config: config, layers: layers)
  }
}
