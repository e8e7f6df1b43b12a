import Builds
import Synchronization

/// Shows a build as plain lines, in the order in which things happen.
final class BuildProgress: Sendable {
  private let prefix: String
  /// Whether what a RUN writes is at the start of a line.
  private let isAtLineStart = Mutex(true)

  /// - Parameter name: stands before each line, where several images are built.
  init(name: String) {
    prefix = name.isEmpty ? "" : "\(name) "
  }

  func show(_ event: BuildEvent) {
    switch event {
    case .began(let step):
      Console.standard.note("\(prefix)\(step.label) \(Self.oneLine(step.text))")
    case .explained(let step, let isCached, let reason):
      Console.standard.note("\(prefix)\(step.label) \(isCached ? "cached" : "made anew"): \(reason)")
    case .output(_, let bytes):
      Console.standard.pass(bytes)
      isAtLineStart.withLock { $0 = bytes.last == UInt8(ascii: "\n") }
    case .ended(let step, let outcome, let seconds):
      let brokeLine = isAtLineStart.withLock { atStart in
        defer { atStart = true }
        return !atStart
      }
      if brokeLine { Console.standard.note("") }
      switch outcome {
      case .cached: Console.standard.note("\(prefix)\(step.label) cached")
      case .done: Console.standard.note("\(prefix)\(step.label) done in \(Self.text(seconds: seconds))")
      case .configured, .failed: break
      }
    case .warning(let text):
      log.warning("\(text)")
    }
  }

  /// Such as `0.4s` or `1m12s`.
  static func text(seconds: Double) -> String {
    let tenths = Int((seconds * 10).rounded())
    guard tenths >= 600 else { return "\(tenths / 10).\(tenths % 10)s" }
    return "\(tenths / 600)m\(tenths / 10 % 60)s"
  }

  private static func oneLine(_ text: String) -> String {
    let words = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    return words.count > 160 ? words.prefix(159) + "…" : words
  }
}
