import Synchronization

/// Tells work on a thread of the pool that the task it is for has been cancelled.
final class CancellationMark: Sendable {
  private let mark = Atomic(false)

  var value: Bool { mark.load(ordering: .relaxed) }

  func set() { mark.store(true, ordering: .relaxed) }
}
