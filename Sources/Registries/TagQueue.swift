/// Lets changes of one tag, each of which reads before it writes, happen one after the other.
actor TagQueue {
  private var last: [String: Task<Void, any Error>] = [:]

  /// - Parameter tag: by whole reference.
  func run(_ tag: String, _ change: @escaping @Sendable () async throws -> Void) async throws {
    let before = last[tag]
    let task = Task {
      _ = await before?.result
      try await change()
    }
    last[tag] = task
    defer { if last[tag] == task { last[tag] = nil } }
    try await withTaskCancellationHandler {
      try await task.value
    } onCancel: {
      task.cancel()
    }
  }
}
