import Builds
import Native
import Synchronization

/// Shows a build on a terminal, drawn anew while it goes on: steps that have ended scroll away, those that run are below
/// with their time and what they wrote last.
final class LiveProgress: ProgressDisplay {
  private struct State {
    var board: ProgressBoard
    var clock: Task<Void, Never>?
    var hasEnded = false
  }

  private let start = ContinuousClock.now
  private let state: Mutex<State>

  init(image: String) {
    state = Mutex(State(board: ProgressBoard(image: image, at: 0)))
    let clock = Task { [weak self] in
      while (try? await Task.sleep(for: .milliseconds(100))) != nil { self?.draw() }
    }
    state.withLock { $0.clock = clock }
  }

  private var time: Double { (ContinuousClock.now - start) / .seconds(1) }

  func show(_ event: BuildEvent) {
    state.withLock { state in
      guard !state.hasEnded else { return }
      let final = state.board.take(event, at: time)
      // The clock draws what a RUN writes: a drawing for each piece would cost more than the RUN.
      if case .output = event { return }
      Console.standard.draw(above: final, state.board.lines(at: time, rows: Console.standard.rows))
    }
  }

  private func draw() {
    state.withLock { state in
      guard !state.hasEnded else { return }
      Console.standard.draw(above: [], state.board.lines(at: time, rows: Console.standard.rows))
    }
  }

  func finish() {
    state.withLock { state in
      state.hasEnded = true
      state.clock?.cancel()
      Console.standard.draw(above: [], [])
    }
  }
}
