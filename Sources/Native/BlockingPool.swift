import Glibc
import Synchronization

/// A bounded number of threads for calls that block: libcurl transfers, libarchive, `waitpid`.
///
/// Such a call on Swift's cooperative pool would keep one of its few threads from everything else. Work that is handed in
/// while all threads are busy waits its turn. A thread ends when nothing waits, so an idle pool costs nothing.
///
/// Never call `run` and wait for it from within the pool: with all threads waiting so, none is left to do the work.
package final class BlockingPool: Sendable {
  /// For work that spends its time waiting for others.
  package static let shared = BlockingPool(threads: 32)

  private typealias Job = @Sendable () -> Void

  private struct State {
    var running = 0
    var waiting: [Job] = []
  }

  private let threads: Int
  private let state = Mutex(State())

  package init(threads: Int) {
    precondition(threads > 0)
    self.threads = threads
  }

  /// Runs `body` on a thread of the pool and suspends until it has returned.
  ///
  /// Cancellation of the task does not interrupt `body`; a body that can end early looks at a flag of its own.
  package func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedContinuation { (continuation: CheckedContinuation<Result<Value, any Error>, Never>) in
      submit { continuation.resume(returning: Result(catching: body)) }
    }.get()
  }

  private func submit(_ job: @escaping Job) {
    let startsThread = state.withLock { state in
      state.waiting.append(job)
      guard state.running < threads else { return false }
      state.running += 1
      return true
    }
    guard startsThread else { return }
    var thread = pthread_t()
    let context = Unmanaged.passRetained(self)
    let failure = pthread_create(
      &thread, nil,
      { context in
        guard let context else { return nil }
        Unmanaged<BlockingPool>.fromOpaque(context).takeRetainedValue().work()
        return nil
      }, context.toOpaque())
    guard failure == 0 else {
      // No thread to be had: do the work here rather than never.
      context.release()
      return work()
    }
    pthread_detach(thread)
  }

  private func work() {
    while true {
      let next: Job? = state.withLock { state in
        guard !state.waiting.isEmpty else {
          state.running -= 1
          return nil
        }
        return state.waiting.removeFirst()
      }
      guard let next else { return }
      next()
    }
  }
}
