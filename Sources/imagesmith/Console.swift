import FoundationEssentials
import Glibc
import Native
import Synchronization

/// The person's side: everything but results goes here, to stderr.
final class Console: Sendable {
  /// How much is told.
  enum Verbosity: Int, Sendable, Comparable {
    case quiet
    case normal
    case verbose

    static func < (left: Verbosity, right: Verbosity) -> Bool { left.rawValue < right.rawValue }
  }

  private struct State {
    var verbosity = Verbosity.normal
    /// Whether each line is a JSON object, for a program.
    var isJSON = false
    var live = LiveArea()
    /// Whether a command's output has been shown, and cannot be seen any more.
    var hidesOutput = false
  }

  static let standard = Console()

  private let state = Mutex(State())
  private let isColoured: Bool
  /// Whether lines can be drawn anew.
  let isLive: Bool

  private init() {
    let environment = ProcessInfo.processInfo.environment
    isLive = isatty(2) == 1 && environment["TERM"] != "dumb"
    isColoured = isLive && environment["NO_COLOR", default: ""].isEmpty
  }

  func set(_ verbosity: Verbosity) { state.withLock { $0.verbosity = verbosity } }

  /// From now on every line is a JSON object, a `ProgressRecord`.
  func speakJSON() { state.withLock { $0.isJSON = true } }

  /// Of the terminal; asked for anew each time, as people change its size.
  var rows: Int { size.rows }

  private var size: TerminalSize { TerminalSize.of(2) ?? TerminalSize(columns: 80, rows: 24) }

  /// Something that a person wants to know while it happens.
  func note(_ text: String) { say(text, .note, from: .normal) }

  /// Something that only `--verbose` shows.
  func detail(_ text: String) { say(text, .note, from: .verbose) }

  func warn(_ text: String) { say(text, .warning, from: .normal) }

  private func say(_ text: String, _ status: ProgressRecord.Status, from verbosity: Verbosity) {
    state.withLock { state in
      guard state.verbosity >= verbosity else { return }
      guard !state.isJSON else {
        var record = ProgressRecord(status: status)
        record.message = text
        return write(record)
      }
      write((status == .warning ? paint("warning:", 33) + " " : "") + text + "\n", &state)
    }
  }

  /// A line for a program.
  func tell(_ record: ProgressRecord) {
    state.withLock { state in
      guard state.verbosity > .quiet else { return }
      write(record)
    }
  }

  /// Bytes of a command's own output, as they are.
  func pass(_ bytes: [UInt8]) {
    state.withLock { state in
      guard state.verbosity > .quiet else { return }
      tell(bytes)
    }
  }

  /// Draws what is live, with `final` lines above it that stay. Without any lines the display ends.
  func draw(above final: [ScreenLine], _ lines: [ScreenLine]) {
    state.withLock { state in
      guard state.verbosity > .quiet else { return }
      if !lines.isEmpty { state.hidesOutput = true }
      let columns = size.columns
      let text = final.map { $0.text(columns: columns, isColoured: isColoured) + "\n" }.joined()
      let bytes = state.live.draw(above: text, lines: lines, columns: columns, isColoured: isColoured)
      if !bytes.isEmpty { write(bytes) }
    }
  }

  func show(_ failure: Failure) {
    guard let message = failure.message else { return }
    state.withLock { state in
      if state.isJSON {
        var record = ProgressRecord(status: .error)
        record.message = message
        record.hint = failure.hint
        record.output = failure.output
        record.exitCode = failure.exitCode.rawValue
        return write(record)
      }
      var text = ""
      if let output = failure.output, !output.isEmpty, state.verbosity == .quiet || state.hidesOutput {
        text += output.split(separator: "\n", omittingEmptySubsequences: false).map {
          "  | \(TerminalText.plain($0.utf8))\n"
        }
        .joined()
      }
      // A list of problems names the file and "error:" in each of its lines.
      text += message.contains(": error: ") ? message + "\n" : "\(paint("error:", 31)) \(message)\n"
      if let excerpt = failure.excerpt { text += excerpt + "\n" }
      if let hint = failure.hint { text += "  hint: \(hint)\n" }
      write(text, &state)
    }
  }

  private func write(_ text: String, _ state: inout State) {
    write(state.live.draw(above: text, columns: size.columns, isColoured: isColoured))
  }

  private func write(_ record: ProgressRecord) {
    guard let data = try? JSONEncoder.sorted.encode(record) else { return }
    tell(data + [UInt8(ascii: "\n")])
  }

  private func write(_ text: String) { tell(Array(text.utf8)) }

  /// Where stderr cannot be written, nobody can be told so, and the work goes on.
  private func tell(_ bytes: some Collection<UInt8>) { try? StandardStream.error.write(bytes) }

  private func paint(_ text: String, _ colour: Int) -> String {
    isColoured ? "\u{1B}[1;\(colour)m\(text)\u{1B}[0m" : text
  }
}
