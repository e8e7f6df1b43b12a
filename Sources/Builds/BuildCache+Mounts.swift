import Glibc
import Layers
import Native
import OCI
import Secrets
import Synchronization

/// The cache mounts that builds of this process have opened: their folders, by id.
final class OpenedMounts: Sendable {
  private let state = Mutex<[String: String]>([:])

  func note(_ id: String, _ path: String) { state.withLock { $0[id] = path } }

  var all: [String: String] { state.withLock { $0 } }
}

/// Folders of `RUN --mount=type=cache` that go from one machine to another.
extension BuildCache {
  /// Of a packed folder, so that nobody takes it for a layer of an image.
  package static let mountType = MediaType("application/vnd.imagesmith.cache.mount.v1.tar+zstd")

  /// Makes a new cache mount's folder of what another machine has left; nothing where nobody has, or it cannot be had: a
  /// cache may always begin empty.
  ///
  /// - Parameter folder: where it shall be; nothing is there.
  /// - Throws: `CancellationError`.
  func bringMount(_ id: String, to folder: String) async throws {
    guard let layer = await remotes.mount(id) else { return }
    do {
      try await remotes.fetch(layer, into: blobs)
      try await BlockingPool.shared.run {
        _ = try LayerExtractor(form: .flat).extract(layer.descriptor, diffID: layer.diffID, from: blobs, into: folder)
        // It is of no further use here.
        try blobs.remove(layer.descriptor.digest)
      }
    } catch {
      try Task.checkCancellation()
      remotes.forget(layer.descriptor.digest)
      remotes.tellLost(id, error)
    }
  }

  /// Packs the folders of the cache mounts that builds of this process have opened, but for those that a RUN of another
  /// process is using.
  ///
  /// - Parameter epoch: seconds since 1970, the time of newer files: the same files make the same bytes.
  /// - Returns: by the mounts' ids.
  package func packMounts(epoch: Int) async throws -> [String: Layer] {
    var packed: [String: Layer] = [:]
    for (id, path) in openedMounts.all.sorted(by: { $0.key < $1.key }) {
      packed[id] = try await BlockingPool.shared.run { try pack(path, epoch) }
    }
    return packed
  }

  private func pack(_ path: String, _ epoch: Int) throws -> Layer? {
    let folder = try FileDescriptor.open(path, O_RDONLY | O_DIRECTORY)
    guard flock(folder.raw, LOCK_SH | LOCK_NB) == 0 else { return nil }
    let scan = LayerScan()
    var writer = try LayerWriter(into: blobs, compression: .default, epoch: epoch, inspector: scan)
    try TreeWalker(root: path).forEach { (entry) throws(LayerError) in try writer.append(entry) }
    var layer = try writer.finish()
    try made(layer, scan.result)
    layer.descriptor.mediaType = Self.mountType
    _ = consume folder
    return layer
  }
}
