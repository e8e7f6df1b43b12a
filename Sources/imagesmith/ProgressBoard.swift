import Builds

/// What a live display shows of a build at a moment: a function of the events so far and of the time, in seconds.
struct ProgressBoard {
  /// Lines of a RUN's output at most.
  private static let tail = 6

  private struct Running {
    var step: Step
    var began: Double
    var output = OutputLines(limit: ProgressBoard.tail)
  }

  private struct Place: Hashable {
    var stage: String?
    var number: Int
  }

  private let image: String
  private let began: Double
  private var running: [Running] = []
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
    case .ended(let step, let outcome, let seconds):
      ended.insert(Place(stage: step.stage, number: step.number))
      if let index = index(of: step) { running.remove(at: index) }
      return final(step, outcome, seconds)
    case .warning: return []
    }
  }

  private func final(_ step: Step, _ outcome: BuildEvent.Outcome, _ seconds: Double) -> [ScreenLine] {
    let text = "\(step.label) \(StepText.instruction(step))"
    switch outcome {
    // It took no time and made no layer.
    case .configured: return []
    case .cached: return [ScreenLine(" => CACHED \(text)", right: StepText.seconds(seconds), .blue)]
    case .done: return [ScreenLine(" => \(text)", right: StepText.seconds(seconds), .blue)]
    case .failed: return [ScreenLine(" => FAILED \(text)", right: StepText.seconds(seconds), .red)]
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
    if hidden > 0 { lines.append(ScreenLine(" => and \(hidden) more", .faint)) }
    return lines
  }

  private func index(of step: Step) -> Int? { running.firstIndex { $0.step == step } }
}
