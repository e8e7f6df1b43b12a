import Layers
import Native
import OCI

/// The file system of a stage so far: its layers, lowest first.
struct StageTree: Sendable {
  private(set) var layers: [TreeLayer]
  let cache: BuildCache

  init(_ layers: [Layer], cache: BuildCache) {
    self.layers = layers.map(TreeLayer.finished)
    self.cache = cache
  }

  mutating func append(_ layer: TreeLayer) {
    layers.append(layer)
  }

  /// The folders, lowest first, that show the tree as an overlay; layers that are not unpacked yet are unpacked.
  func directories() async throws -> [String] {
    try await BlockingPool.shared.run { [layers, cache] in
      var directories: [String] = []
      for layer in layers {
        switch layer {
        case .writing(let pending): directories.append(pending.area.workspace.upper)
        case .finished(let layer):
          directories.append(try cache.snapshots.directory(for: layer, from: cache.blobs, over: directories))
        }
      }
      return directories
    }
  }

  /// The tree, to be looked at without being mounted.
  func view() async throws -> TreeView {
    TreeView(try await directories())
  }

  /// Puts the layers that have been written into the cache: their files as a snapshot, and the step's record.
  ///
  /// Only between steps, as a RUN that is about to start still knows the files by their old place.
  ///
  /// - Parameter waits: whether to wait for layers that are still being written.
  mutating func settle(waits: Bool) async throws {
    for (index, layer) in layers.enumerated() {
      guard case .writing(let pending) = layer, waits || pending.isFinished else { continue }
      let finished = try await pending.layer
      try await BlockingPool.shared.run { [cache] in
        _ = try cache.snapshots.adopt(pending.area.workspace.upper, as: finished.diffID, epoch: pending.epoch)
        pending.area.remove()
        try cache.steps.keep(
          StepCache.Record(layer: finished, instruction: pending.instruction), for: pending.key)
      }
      layers[index] = .finished(finished)
    }
  }

  /// The layers, all of them written.
  mutating func finish() async throws -> [Layer] {
    try await settle(waits: true)
    return layers.compactMap { if case .finished(let layer) = $0 { layer } else { nil } }
  }
}
