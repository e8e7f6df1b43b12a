import Builds

/// What a live display shows of a build at a moment: a function of the events so far and of the time, in seconds.
struct ProgressBoard {
  /// Lines of a RUN's output at most.
  private static let tail = 6

  private struct Running {
    var step: Step
    var began: Double
    var output = OutputLines(limit: ProgressBoard.tail)
    /// Of its layer, where it has one already.
    var bytes: Int?
  }

  private struct Place: Hashable {
    var stage: String?
    var number: Int
  }

  private let image: String
  private let began: Double
  private var running: [Running] = []
  /// Steps that have ended, and whose layers are not written yet.
  private var packing: [Running] = []
  /// Of each stage that has begun: how many steps it has.
  private var totals: [String?: Int] = [:]
  private var ended: Set<Place> = []

  init(image: String, at time: Double) {
    self.image = image
    began = time
  }

  /// Takes an event in. Returns the lines that are final by it: they scroll away above what is live.
  mutating func take(_ event: BuildEvent, at time: Double) -> [ScreenLine] {
    switch event {
    case .began(let step):
      totals[step.stage] = step.total
      running.append(Running(step: step, began: time))
      return []
    case .explained(let step, let isCached, let reason):
      return [ScreenLine(" => \(step.label) \(isCached ? "cached" : "made anew"): \(reason)", .faint)]
    case .output(let step, let bytes):
      if let index = index(of: step) { running[index].output.append(bytes) }
      return []
    case .packing(let step):
      packing.append(Running(step: step, began: time))
      return []
    case .packed(let step, let bytes):
      if let index = packing.firstIndex(where: { $0.step == step }) {
        packing.remove(at: index)
        return [ScreenLine(" => => layer of \(step.label)", right: ByteCount.text(bytes), .faint)]
      }
      if let index = index(of: step) { running[index].bytes = bytes }
      return []
    case .ended(let step, let outcome, let seconds):
      ended.insert(Place(stage: step.stage, number: step.number))
      let size = index(of: step).flatMap { running.remove(at: $0).bytes }
      return final(step, outcome, (size.map { "\(ByteCount.text($0))  " } ?? "") + StepText.seconds(seconds))
    case .warning: return []
    }
  }

  private func final(_ step: Step, _ outcome: BuildEvent.Outcome, _ right: String) -> [ScreenLine] {
    let text = "\(step.label) \(StepText.instruction(step))"
    switch outcome {
    // It took no time and made no layer.
    case .configured: return []
    case .cached: return [ScreenLine(" => CACHED \(text)", right: right, .blue)]
    case .done: return [ScreenLine(" => \(text)", right: right, .blue)]
    case .failed: return [ScreenLine(" => FAILED \(text)", right: right, .red)]
    }
  }

  /// What is live, for a terminal of so many rows.
  func lines(at time: Double, rows: Int) -> [ScreenLine] {
    let done = ended.count
    let total = totals.values.reduce(0, +)
    let name = image.isEmpty ? "" : "\(image) "
    var lines = [ScreenLine("[+] Building \(name)\(StepText.seconds(time - began)) (\(done)/\(total))")]
    // One row stays free for the cursor.
    let room = max(rows - 1 - lines.count, 1)
    let shown = running.count <= room ? running[...] : running.prefix(max(room - 1, 0))
    let hidden = running.count - shown.count
    let left = room - shown.count - (hidden > 0 ? 1 : 0)
    let tail = shown.isEmpty ? 0 : min(Self.tail, left / shown.count)
    for one in shown {
      let text = " => \(one.step.label) \(StepText.instruction(one.step))"
      lines.append(ScreenLine(text, right: StepText.seconds(time - one.began)))
      lines += one.output.last(tail).map { ScreenLine(" => => # \($0)", .faint) }
    }
    let written = packing.prefix(max(rows - 1 - lines.count - (hidden > 0 ? 1 : 0), 0)).map { one in
      ScreenLine(" => => writing the layer of \(one.step.label)", right: StepText.seconds(time - one.began), .faint)
    }
    if hidden > 0 { lines.append(ScreenLine(" => and \(hidden) more", .faint)) }
    return lines + written
  }

  private func index(of step: Step) -> Int? { running.firstIndex { $0.step == step } }
}
