import Dispatch
import Synchronization

/// A queue of bounded length between threads: who sends waits for room, who receives waits for something to come.
///
/// Any number of threads may do either. Whoever receives goes on to the end, also when it has no use for the rest: else
/// those who send would wait forever.
package final class Channel<Element: Sendable>: Sendable {
  private struct State {
    var elements: [Element] = []
    var isClosed = false
  }

  private let state = Mutex(State())
  private let room: DispatchSemaphore
  private let filled = DispatchSemaphore(value: 0)

  /// - Parameter capacity: how many elements wait at most, from 1.
  package init(capacity: Int) {
    precondition(capacity > 0)
    // By signals: a semaphore must not end below the value that it began with.
    room = DispatchSemaphore(value: 0)
    for _ in 0..<capacity { room.signal() }
  }

  /// Waits for room, and puts `element` at the end.
  package func send(_ element: consuming Element) {
    room.wait()
    let element = consume element
    state.withLock { $0.elements.append(element) }
    filled.signal()
  }

  /// Waits for the next element; nil when the channel is closed and empty.
  package func receive() -> Element? {
    filled.wait()
    let next: Element? = state.withLock { $0.elements.isEmpty ? nil : $0.elements.removeFirst() }
    // The end is for everybody.
    guard next != nil else {
      filled.signal()
      return nil
    }
    room.signal()
    return next
  }

  /// Says that nothing more comes.
  package func close() {
    let isFirst = state.withLock { state in
      defer { state.isClosed = true }
      return !state.isClosed
    }
    if isFirst { filled.signal() }
  }
}
