import Glibc
import Synchronization

/// Work on a thread of its own, for which the thread that started it waits.
///
/// For work that is cut up inside one blocking call, where a task could not be awaited.
package struct JoinableThread: ~Copyable {
  private final class Work: Sendable {
    let body: @Sendable () -> Void

    init(body: @escaping @Sendable () -> Void) { self.body = body }
  }

  private let work: Work
  /// Nil when there was no thread to be had: the work is then done in `join()`.
  private let thread: pthread_t?

  package init(_ body: @escaping @Sendable () -> Void) {
    work = Work(body: body)
    var created = pthread_t()
    let context = Unmanaged.passRetained(work)
    let failure = pthread_create(
      &created, nil,
      { context in
        guard let context else { return nil }
        Unmanaged<Work>.fromOpaque(context).takeRetainedValue().body()
        return nil
      }, context.toOpaque())
    if failure != 0 { context.release() }
    thread = failure == 0 ? created : nil
  }

  /// Waits until the work is done.
  package consuming func join() {
    if let thread { pthread_join(thread, nil) } else { work.body() }
  }
}
