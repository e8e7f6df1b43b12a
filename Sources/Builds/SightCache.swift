import Layers
import Native
import OCI

/// What has been seen of layers, a small file for each, by its DiffID. Without them a COPY onto layers that are not here has
/// to fetch them.
struct SightCache: Sendable {
  /// The folder that holds the files.
  let directory: String

  /// What has been seen of a layer here; nil when nothing has, or nothing that can be read.
  func sights(of diffID: DiffID) -> LayerSights? {
    guard let bytes = try? FileDescriptor.open(path(of: diffID)).readAll(limit: 16 << 20) else { return nil }
    return try? CanonicalJSON.decode(LayerSights.self, from: bytes)
  }

  /// Adds to what is known. Of two who add at once one may be forgotten, whose next build asks again.
  ///
  /// - Throws: `LayerError` when the cache cannot be written.
  func add(_ sights: LayerSights, of diffID: DiffID) throws {
    let before = self.sights(of: diffID) ?? LayerSights()
    let merged = before.merging(sights)
    guard merged != before else { return }
    try AtomicFile.write(CanonicalJSON.encode(merged), to: path(of: diffID), isSynchronized: false)
  }

  private func path(of diffID: DiffID) -> String { "\(directory)/\(diffID.digest.hex).json" }
}
