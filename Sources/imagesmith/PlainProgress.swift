import Builds
import Synchronization

/// Shows a build as plain lines, in the order in which things happen; each begins with its step, as steps of several stages
/// take turns.
final class PlainProgress: ProgressDisplay {
  /// What a line without end is cut at. Bytes.
  private static let longest = 8 << 10

  private let prefix: String
  /// What each RUN has written of a line that has not ended.
  private let pieces = Mutex<[Step: [UInt8]]>([:])

  /// - Parameter image: stands before each line, where several images are built; may be empty.
  init(image: String) {
    prefix = image.isEmpty ? "" : "\(image) "
  }

  func show(_ event: BuildEvent) {
    switch event {
    case .began(let step):
      tell(step, StepText.instruction(step))
    case .explained(let step, let isCached, let reason):
      tell(step, "\(isCached ? "cached" : "made anew"): \(reason)")
    case .output(let step, let bytes):
      let lines = pieces.withLock { Self.lines(of: step, adding: bytes, to: &$0) }
      if !lines.isEmpty { Console.standard.pass(lines.flatMap { self.line(of: step, $0) }) }
    case .ended(let step, let outcome, let seconds):
      if let rest = pieces.withLock({ $0.removeValue(forKey: step) }), !rest.isEmpty {
        Console.standard.pass(line(of: step, rest))
      }
      switch outcome {
      case .cached: tell(step, "CACHED")
      case .done: tell(step, "DONE \(StepText.seconds(seconds))")
      case .failed: tell(step, "FAILED \(StepText.seconds(seconds))")
      case .configured: break
      }
    case .packed(let step, let bytes): tell(step, "LAYER \(ByteCount.text(bytes))")
    case .packing, .warning: break
    }
  }

  func finish() {}

  private func tell(_ step: Step, _ text: String) {
    Console.standard.note("\(prefix)\(step.label) \(text)")
  }

  /// A line of a RUN's output: its bytes as they are, behind the step.
  private func line(of step: Step, _ bytes: [UInt8]) -> [UInt8] {
    Array("\(prefix)\(step.label) | ".utf8) + (bytes.last == UInt8(ascii: "\r") ? bytes.dropLast() : bytes[...])
      + [UInt8(ascii: "\n")]
  }

  private static func lines(of step: Step, adding bytes: [UInt8], to pieces: inout [Step: [UInt8]]) -> [[UInt8]] {
    var all = (pieces[step] ?? []) + bytes
    var lines: [[UInt8]] = []
    while let end = all.firstIndex(of: UInt8(ascii: "\n")) {
      lines.append(Array(all[..<end]))
      all.removeSubrange(...end)
    }
    if all.count >= longest {
      lines.append(all)
      all = []
    }
    pieces[step] = all
    return lines
  }
}
