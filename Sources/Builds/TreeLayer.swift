import Layers
import Native
import Secrets
import Synchronization

/// A layer of a stage, which may still be on its way to the disk while the next step runs over its files.
enum TreeLayer: Sendable {
  case finished(Layer)
  case pending(PendingLayer)

  /// Nil for one that is on its way.
  var finished: Layer? {
    if case .finished(let layer) = self { layer } else { nil }
  }
}

/// The layer of a RUN that has ended: its files lie in the step's work area, and are being packed. Once they are, the step
/// is in the cache.
final class PendingLayer: Sendable {
  /// One layer at a time, whose writer takes all processors by itself. RUNs that write faster than layers are packed would
  /// otherwise add up in memory: some 10 MiB for each layer and processor.
  private static let packing = BlockingPool(threads: 1)

  /// The files; they stay here until the layer is adopted.
  let directory: String
  private let area: ScratchFolder
  /// Seconds since 1970: no file of the layer is newer.
  private let epoch: Int
  private let task: Task<Layer, any Error>
  private let outcome: Outcome

  /// How the packing went, for those who do not want to wait.
  private final class Outcome: Sendable {
    let failure = Mutex<(any Error)?>(nil)
  }

  /// Begins to pack what `walker` finds in `area`.
  ///
  /// - Parameters:
  ///   - place: what errors begin with.
  ///   - packed: is told when the layer is in the cache.
  init(
    of walker: TreeWalker, _ area: ScratchFolder, request: BuildRequest, cache: BuildCache, key: StepKey,
    instruction: String, place: StepPlace?, packed: @escaping @Sendable (StepRecord) -> Void = { _ in }
  ) {
    self.area = area
    epoch = request.epoch
    directory = walker.root
    let outcome = Outcome()
    self.outcome = outcome
    let (compression, epoch) = (request.compression, request.epoch)
    task = Task {
      do {
        return try await Self.packing.run {
          let scan = LayerScan()
          var writer = try LayerWriter(into: cache.blobs, compression: compression, epoch: epoch, inspector: scan)
          try walker.forEach { (entry) throws(LayerError) in try writer.append(entry) }
          let layer = try writer.finish()
          try cache.made(layer, scan.result)
          let record = StepRecord(layer: layer, instruction: instruction)
          try cache.steps.keep(record, for: key)
          packed(record)
          return layer
        }
      } catch {
        let placed = place?.place(error) ?? error
        outcome.failure.withLock { $0 = placed }
        throw placed
      }
    }
  }

  /// Waits until the packing has ended, well or not.
  func end() async { _ = await task.result }

  /// Throws what the packing has failed with, if it has so far.
  func throwFailure() throws {
    if let failure = outcome.failure.withLock({ $0 }) { throw failure }
  }

  /// Waits for the layer, and makes its files a snapshot in the cache. No step may use them by their old place any more.
  func adopted(by cache: BuildCache) async throws -> Layer {
    let layer = try await task.value
    return try await BlockingPool.shared.run { [directory, area, epoch] in
      _ = try cache.snapshots.adopt(directory, as: layer.diffID, epoch: epoch)
      area.remove()
      return layer
    }
  }
}
