import Layers
import Native
import OCI

/// Layers that are known and not here: nothing of them is fetched before a step reads their files.
extension BuildCache {
  /// Whether a layer may be built upon: its blob is here, or a cache of another machine has it.
  func knows(_ layer: Layer) async throws -> Bool {
    if try use(layer) { return true }
    return await remotes.has(layer)
  }

  /// Brings the blobs of those layers that are not here.
  ///
  /// - Throws: `LostLayer`.
  package func fetch(_ layers: [Layer]) async throws {
    try await fetch(layers.filter { try !blobs.contains($0.descriptor.digest) }) { _ in }
  }

  /// Brings those of the layers that are neither unpacked nor here, several at a time, and unpacks each as soon as it has
  /// come, while others are on their way. One that depends on those below it waits for them.
  ///
  /// - Throws: `LostLayer`.
  func unpackMissing(_ layers: [Layer]) async throws {
    var missing: [Layer] = []
    for layer in layers {
      guard snapshots.existing(layer.diffID) == nil, try !blobs.contains(layer.descriptor.digest) else { continue }
      // One that nobody has is found to be gone when it is unpacked.
      if await remotes.has(layer) { missing.append(layer) }
    }
    try await fetch(missing) { layer in
      // What fails here fails again when it is unpacked in its order.
      try? await BlockingPool.shared.run { try snapshots.unpackAlone(layer, from: blobs) }
    }
  }

  /// The largest first, so that none begins when all others have ended; a few at a time, so that the first is soon here and
  /// something is done with it while others come.
  private func fetch(_ layers: [Layer], then: @escaping @Sendable (Layer) async -> Void) async throws {
    guard !layers.isEmpty else { return }
    var seen: Set<Digest> = []
    var waiting = layers.filter { seen.insert($0.descriptor.digest).inserted }
      .sorted { $0.descriptor.size < $1.descriptor.size }
    // A task ends with a layer that it has brought, or with nothing.
    try await withThrowingTaskGroup(of: Layer?.self) { group in
      func startNext() {
        guard let layer = waiting.popLast() else { return }
        group.addTask {
          try await remotes.fetch(layer, into: blobs)
          try made(layer, nil)
          return layer
        }
      }
      for _ in 0..<Self.fetchWidth { startNext() }
      while let layer = try await group.next() {
        guard let layer else { continue }
        startNext()
        group.addTask {
          await then(layer)
          return nil
        }
      }
    }
  }

  /// How many layers are on their way at a time.
  private static let fetchWidth = 3
}
