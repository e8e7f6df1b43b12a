import Glibc

/// Threads that work on one thing, and are waited for together: by `join()`, or when the team goes out of scope.
///
/// What they wait for has to end before that.
package struct ThreadTeam: ~Copyable {
  private final class Work: Sendable {
    let body: @Sendable () -> Void

    init(body: @escaping @Sendable () -> Void) { self.body = body }
  }

  private var threads: [pthread_t] = []

  package init() {}

  deinit {
    for thread in threads { pthread_join(thread, nil) }
  }

  /// - Throws: `NativeError` when there is no thread to be had.
  package mutating func start(_ body: @escaping @Sendable () -> Void) throws(NativeError) {
    var thread = pthread_t()
    let work = Unmanaged.passRetained(Work(body: body))
    let failure = pthread_create(
      &thread, nil,
      { context in
        guard let context else { return nil }
        Unmanaged<Work>.fromOpaque(context).takeRetainedValue().body()
        return nil
      }, work.toOpaque())
    guard failure == 0 else {
      work.release()
      throw NativeError(operation: "start a thread", reason: "error \(failure)", errno: failure)
    }
    threads.append(thread)
  }

  /// Waits until all have ended.
  package mutating func join() {
    for thread in threads { pthread_join(thread, nil) }
    threads = []
  }
}
