import Builds
import Layers
import Native
import OCI
import Sandboxes

/// The images of a folder, `.imagesmith/images`, and the cache that builds fill it from.
struct LocalStore: Sendable {
  let cache: BuildCache
  let images: ImageLayout

  /// - Parameter directory: the image layout's.
  init(directory: String) throws {
    cache = try BuildCache(directory: Environment.cacheDirectory)
    images = try ImageLayout(directory: directory)
  }

  /// What a build came to.
  struct Result: Sendable {
    var manifest: Descriptor
    /// Whether the store had this image under the tag before.
    var isUnchanged: Bool
  }

  /// Builds an image, and gives it `tag`.
  func build(
    _ request: BuildRequest, tag: String, isolation: Isolation, progress: BuildProgress
  ) async throws -> Result {
    let ladder = IsolationLadder(isolation, path: Environment.path, folder: cache.workFolder)
    let builder = ImageBuilder(
      cache: cache, bases: ImageBases(), path: Environment.path, sandbox: { try await ladder.sandbox() },
      report: { progress.show($0) })
    let image = try await builder.build(request)
    let previous = try images.resolve(tag)
    let manifest = try await BlockingPool.shared.run { [images, cache] in
      for layer in image.layers { try images.blobs.take(layer.descriptor, from: cache.blobs) }
      return try images.put(
        config: image.config, layers: image.layers.map(\.descriptor),
        annotations: image.annotations.isEmpty ? nil : image.annotations, tag: tag)
    }
    return Result(manifest: manifest, isUnchanged: previous?.digest == manifest.digest)
  }

  /// An image of the store, ready to be started; nil when nothing has that tag.
  func container(tagged tag: String) throws -> Container? {
    guard let descriptor = try images.resolve(tag) else { return nil }
    let manifest = try CanonicalJSON.decode(Manifest.self, from: images.blobs.read(descriptor.digest, limit: 4 << 20))
    let config = try CanonicalJSON.decode(
      ImageConfig.self, from: images.blobs.read(manifest.config.digest, limit: 8 << 20))
    for layer in manifest.layers { try cache.blobs.take(layer, from: images.blobs) }
    let layers = zip(config.rootfs.diffIDs, manifest.layers).map { Layer(diffID: $0, descriptor: $1) }
    return Container(config: config, layers: layers)
  }
}
