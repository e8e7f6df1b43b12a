import Layers
import Native
import Synchronization

/// A layer of a stage, which may still be on its way to the disk while the next step runs over its files.
enum TreeLayer: Sendable {
  case finished(Layer)
  case writing(PendingLayer)
}

/// The layer of a RUN that has ended: its files lie in the step's work area, and are being packed.
final class PendingLayer: Sendable {
  let area: WorkArea
  let key: StepKey
  let instruction: String
  /// Seconds since 1970: no file of the layer is newer.
  let epoch: Int
  private let task: Task<Layer, any Error>
  private let finished = Mutex(false)

  /// Begins to pack `area`'s changes.
  init(
    area: WorkArea, key: StepKey, instruction: String, form: TreeWalker.Form = .overlay(.trusted), blobs: BlobStore,
    compression: Compression, epoch: Int, notice: @escaping @Sendable (String) -> Void
  ) {
    self.area = area
    self.key = key
    self.instruction = instruction
    self.epoch = epoch
    let directory = area.workspace.upper
    task = Task {
      try await BlockingPool.shared.run {
        var writer = try LayerWriter(into: blobs, compression: compression, epoch: epoch)
        let walker = TreeWalker(root: directory, form: form, notice: notice)
        try walker.forEach { (entry) throws(LayerError) in try writer.append(entry) }
        return try writer.finish()
      }
    }
    Task { [weak self, task] in
      _ = await task.result
      self?.finished.withLock { $0 = true }
    }
  }

  /// Whether `layer` would answer at once.
  var isFinished: Bool { finished.withLock { $0 } }

  var layer: Layer {
    get async throws { try await task.value }
  }
}
