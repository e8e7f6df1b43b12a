import OCI
import Registries
import Synchronization

/// Shows one push or pull to a person or a program, on stderr. What is told comes in any order, from any thread.
protocol TransferDisplay: Sendable {
  func show(_ progress: BlobProgress)
  /// Ends the display, whatever way the transfer has ended. Nothing is shown after that.
  func finish()
}

extension ProgressMode {
  /// What shows the transfer of an image's blobs.
  ///
  /// - Parameter title: such as `Pushing pii`.
  /// - Throws: `Failure` for `tty` where there is no terminal.
  func transferDisplay(_ title: String) throws -> any TransferDisplay {
    switch try style() {
    case .live: LiveTransfer(title)
    case .plain: PlainTransfer(title)
    case .json: JSONTransfer(title)
    }
  }
}

/// On a terminal: the blobs that move, each with its rate and the time that is left, drawn anew while they do.
final class LiveTransfer: TransferDisplay {
  private struct State {
    var board: TransferBoard
    var clock: Task<Void, Never>?
    var hasEnded = false
  }

  private let start = ContinuousClock.now
  private let state: Mutex<State>

  init(_ title: String) { state = Mutex(State(board: TransferBoard(title))) }

  func show(_ progress: BlobProgress) {
    state.withLock { state in
      guard !state.hasEnded else { return }
      let final = state.board.take(progress, at: (ContinuousClock.now - start) / .seconds(1))
      // Nothing is drawn, and no clock runs, where nothing is sent.
      if state.board.hasBegun, state.clock == nil { state.clock = Task { [weak self] in await self?.run() } }
      if !final.isEmpty { Self.draw(state.board, above: final) }
    }
  }

  private func run() async {
    repeat {
      state.withLock { if !$0.hasEnded { Self.draw($0.board) } }
    } while (try? await Task.sleep(for: .milliseconds(100))) != nil
  }

  private static func draw(_ board: TransferBoard, above final: [ScreenLine] = []) {
    Console.standard.draw(above: final, board.lines(rows: Console.standard.rows))
  }

  func finish() {
    state.withLock { state in
      state.hasEnded = true
      state.clock?.cancel()
      if state.board.hasBegun { Console.standard.draw(above: [], []) }
    }
  }
}

/// Elsewhere: a line every few seconds, for a log.
final class PlainTransfer: TransferDisplay {
  /// Seconds.
  private static let step = 5.0

  private let start = ContinuousClock.now
  private let state: Mutex<(board: TransferBoard, told: Double)>

  init(_ title: String) { state = Mutex((TransferBoard(title), 0)) }

  func show(_ progress: BlobProgress) {
    let line = state.withLock { state -> String? in
      let time = (ContinuousClock.now - start) / .seconds(1)
      _ = state.board.take(progress, at: time)
      guard time - state.told >= Self.step, let summary = state.board.summary else { return nil }
      state.told = time
      return summary
    }
    if let line { Console.standard.note(line) }
  }

  func finish() {}
}

/// For a program: an object a line, each second at most for a blob that moves, and one for each that has arrived.
final class JSONTransfer: TransferDisplay {
  private let title: String
  private let start = ContinuousClock.now
  private let state: Mutex<(board: TransferBoard, told: [Digest: Double])>

  init(_ title: String) {
    self.title = title
    state = Mutex((TransferBoard(title), [:]))
  }

  func show(_ progress: BlobProgress) {
    let record = state.withLock { state -> ProgressRecord? in
      let time = (ContinuousClock.now - start) / .seconds(1)
      _ = state.board.take(progress, at: time)
      let digest = progress.descriptor.digest
      if progress.phase == .waiting { return nil }
      if progress.phase == .moving, let told = state.told[digest], time - told < 1 { return nil }
      state.told[digest] = time
      var record = ProgressRecord(status: .transfer)
      record.message = title
      record.blob = digest.description
      record.phase = "\(progress.phase)"
      record.bytes = progress.bytes
      record.size = progress.total
      if progress.phase == .moving, let speed = state.board.speed(of: digest) {
        record.rate = Int(speed.rate)
        record.left = (speed.left * 10).rounded() / 10
      }
      return record
    }
    if let record { Console.standard.tell(record) }
  }

  func finish() {}
}
