import Layers
import Native
import OCI

/// The file system of a stage so far: its layers, lowest first.
struct StageTree: Sendable {
  private var layers: [TreeLayer]
  private let cache: BuildCache

  init(_ layers: [Layer], cache: BuildCache) {
    self.layers = layers.map(TreeLayer.finished)
    self.cache = cache
  }

  mutating func append(_ layer: TreeLayer) {
    layers.append(layer)
  }

  /// The folders, lowest first, that show the tree as an overlay; layers that are not unpacked yet are unpacked.
  ///
  /// - Throws: `SpoiltLayer` for one whose blob is damaged or has gone.
  func directories() async throws -> [String] {
    try await BlockingPool.shared.run { [layers, cache] in
      var directories: [String] = []
      cache.snapshots.unpackAlone(layers.compactMap(\.finished), from: cache.blobs)
      for layer in layers {
        switch layer {
        case .pending(let pending): directories.append(pending.directory)
        case .finished(let layer): directories.append(try Self.directory(of: layer, over: directories, cache))
        }
      }
      return directories
    }
  }

  private static func directory(of layer: Layer, over lower: [String], _ cache: BuildCache) throws -> String {
    do {
      return try cache.snapshots.directory(for: layer, from: cache.blobs, over: lower)
    } catch {
      guard error.code == .corrupt || error.code == .notFound else { throw error }
      throw SpoiltLayer(layer: layer, cause: error)
    }
  }

  /// The tree, to be looked at without being mounted.
  func view() async throws -> TreeView {
    TreeView(try await directories(), marks: cache.snapshots.marks)
  }

  /// Throws what packing a layer has failed with, if one has so far.
  func throwFailure() throws {
    for case .pending(let pending) in layers { try pending.throwFailure() }
  }

  /// The layers, all of them written and their files kept in the cache.
  ///
  /// - Throws: what the first that failed has failed with, when the others are done.
  mutating func finish() async throws -> [Layer] {
    var finished: [Layer] = []
    var failure: (any Error)?
    for (index, layer) in layers.enumerated() {
      switch layer {
      case .finished(let layer): finished.append(layer)
      case .pending(let pending):
        do {
          let layer = try await pending.adopted(by: cache)
          layers[index] = .finished(layer)
          finished.append(layer)
        } catch {
          failure = failure ?? error
        }
      }
    }
    if let failure { throw failure }
    return finished
  }
}
