import Synchronization

/// How many blobs move at once to and from one registry: half as many when it says that it is too much, and one more for
/// each that went well since, up to where it began.
final class TransferSlots: Sendable {
  private struct State {
    var limit: Int
    var taken = 0
    /// In the order in which they came; nil once resumed.
    var waiting: [(id: Int, continuation: CheckedContinuation<Void, any Error>)] = []
    var nextID = 0
    /// Of those that were cancelled before they began to wait.
    var cancelled: Set<Int> = []
  }

  private let most: Int
  private let state: Mutex<State>

  /// - Parameter most: from 1.
  init(_ most: Int) {
    self.most = max(1, most)
    state = Mutex(State(limit: max(1, most)))
  }

  /// How many may move at once now.
  var limit: Int { state.withLock { $0.limit } }

  /// Waits for a slot, and runs `body` in it.
  ///
  /// - Throws: `CancellationError`, or what `body` throws.
  func run<Value>(_ body: () async throws -> Value) async throws -> Value {
    try await enter()
    do {
      let value = try await body()
      leave { min($0 + 1, self.most) }
      return value
    } catch {
      let isTooMuch = (error as? RegistryError)?.isTooMuch ?? false
      leave { isTooMuch ? max(1, $0 / 2) : $0 }
      throw error
    }
  }

  private func enter() async throws {
    let id = state.withLock { state in
      state.nextID += 1
      return state.nextID
    }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
        let outcome: Result<Void, any Error>? = state.withLock { state in
          if state.cancelled.remove(id) != nil { return .failure(CancellationError()) }
          guard state.taken < state.limit, state.waiting.isEmpty else {
            state.waiting.append((id, continuation))
            return nil
          }
          state.taken += 1
          return .success(())
        }
        if let outcome { continuation.resume(with: outcome) }
      }
    } onCancel: {
      cancel(id)
    }
    state.withLock { _ = $0.cancelled.remove(id) }
  }

  private func cancel(_ id: Int) {
    let waiting = state.withLock { state -> CheckedContinuation<Void, any Error>? in
      guard let index = state.waiting.firstIndex(where: { $0.id == id }) else {
        state.cancelled.insert(id)
        return nil
      }
      return state.waiting.remove(at: index).continuation
    }
    waiting?.resume(throwing: CancellationError())
  }

  private func leave(_ newLimit: (Int) -> Int) {
    let next = state.withLock { state in
      state.taken -= 1
      state.limit = newLimit(state.limit)
      let count = max(0, min(state.limit - state.taken, state.waiting.count))
      let next = state.waiting.prefix(count).map(\.continuation)
      state.waiting.removeFirst(count)
      state.taken += count
      return next
    }
    for continuation in next { continuation.resume() }
  }
}

extension RegistryError {
  /// Whether the registry wants less to be asked of it.
  fileprivate var isTooMuch: Bool { status == 429 || reported.contains("TOOMANYREQUESTS") }
}
