import Layers
import Native
import OCI

/// The file system of a stage so far: its layers, lowest first.
struct StageTree: Sendable {
  private var layers: [TreeLayer] = []
  /// What is known of each.
  private var known: [KnownLayer] = []
  private let questions = TreeQuestions()
  private let cache: BuildCache

  init(_ layers: [Layer], cache: BuildCache) {
    self.cache = cache
    for layer in layers { append(.finished(layer)) }
  }

  mutating func append(_ layer: TreeLayer) {
    layers.append(layer)
    switch layer {
    case .finished(let layer): known.append(KnownLayer(layer, in: cache))
    case .pending(let pending): known.append(KnownLayer(unpacked: pending.directory, in: cache))
    }
  }

  /// Lets `body` look at the tree, on a thread that may block: at what is known of it, and if that is not enough, at its
  /// files, for which all layers are fetched and unpacked.
  ///
  /// - Throws: what `body` throws, and what `directories` throws.
  func look<Value: Sendable>(_ body: @escaping @Sendable (TreeBelow) throws -> Value) async throws -> Value {
    let below = TreeBelow(layers: known, questions: questions)
    do {
      return try await BlockingPool.shared.run { try body(below) }
    } catch let error as LayerError where error.code == .unseen {
      let layers = try await directories().map { [cache] in KnownLayer(unpacked: $0, in: cache) }
      let below = TreeBelow(layers: layers, questions: questions)
      return try await BlockingPool.shared.run { try body(below) }
    }
  }

  /// The folders, lowest first, that show the tree as an overlay; layers that are not unpacked yet are fetched and unpacked.
  ///
  /// - Throws: `SpoiltLayer` for one whose blob is damaged or has gone, `LostLayer` for one that cannot be fetched.
  func directories() async throws -> [String] {
    try await cache.unpackMissing(layers.compactMap(\.finished))
    return try await BlockingPool.shared.run { [layers, cache] in
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
    return try await BlockingPool.shared.run { [finished, questions, cache] in
      try questions.keepAnswers(of: finished, in: cache)
      return finished
    }
  }
}
