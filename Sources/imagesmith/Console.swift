import Foundation
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

  static let standard = Console()

  private let verbosity = Mutex(Verbosity.normal)
  private let isColoured: Bool

  private init() {
    let environment = ProcessInfo.processInfo.environment
    isColoured = isatty(2) == 1 && environment["NO_COLOR", default: ""].isEmpty && environment["TERM"] != "dumb"
  }

  func set(_ verbosity: Verbosity) { self.verbosity.withLock { $0 = verbosity } }

  /// Something that a person wants to know while it happens.
  func note(_ text: String) {
    guard verbosity.withLock({ $0 }) > .quiet else { return }
    write(text + "\n")
  }

  /// Something that only `--verbose` shows.
  func detail(_ text: String) {
    guard verbosity.withLock({ $0 }) == .verbose else { return }
    write(text + "\n")
  }

  /// Bytes of a command's own output, as they are.
  func pass(_ bytes: [UInt8]) {
    guard verbosity.withLock({ $0 }) > .quiet else { return }
    FileHandle.standardError.write(Data(bytes))
  }

  func warn(_ text: String) {
    write("\(paint("warning:", 33)) \(text)\n")
  }

  func show(_ failure: Failure) {
    guard let message = failure.message else { return }
    if let output = failure.output, !output.isEmpty, verbosity.withLock({ $0 }) == .quiet { write(output + "\n") }
    // A list of problems names the file and "error:" in each of its lines.
    write(message.contains(": error: ") ? message + "\n" : "\(paint("error:", 31)) \(message)\n")
    if let hint = failure.hint { write("  hint: \(hint)\n") }
  }

  private func write(_ text: String) {
    FileHandle.standardError.write(Data(text.utf8))
  }

  private func paint(_ text: String, _ colour: Int) -> String {
    isColoured ? "\u{1B}[1;\(colour)m\(text)\u{1B}[0m" : text
  }
}
