import Foundation
import Glibc
import Synchronization

/// The `imagesmith` that was built with the tests, as a process.
final class Executable: Sendable {
  struct Outcome {
    /// The exit code; nil when a signal ended it.
    var code: Int32?
    var output: String
    /// What it wrote to standard error.
    var errors: String
  }

  private let process: Mutex<Process>
  private let pipes = (Pipe(), Pipe())
  private let started = DispatchSemaphore(value: 0)
  private let isKilled = Atomic(false)

  /// - Parameters:
  ///   - folder: the one that it works in; its cache is below.
  init(_ arguments: [String], in folder: String) {
    let process = Process()
    process.executableURL = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
      .deletingLastPathComponent().appending(path: "imagesmith")
    process.arguments = arguments
    process.currentDirectoryURL = URL(filePath: folder)
    process.environment = [
      "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "", "HOME": folder, "IMAGESMITH_HOME": "\(folder)/cache",
    ]
    process.standardOutput = pipes.0
    process.standardError = pipes.1
    self.process = Mutex(process)
  }

  /// Runs it to its end, whatever that is. Blocks.
  func run() throws -> Outcome {
    try process.withLock { try $0.run() }
    started.signal()
    // What it writes is less than a pipe holds.
    let output = pipes.0.fileHandleForReading.readDataToEndOfFile()
    let errors = pipes.1.fileHandleForReading.readDataToEndOfFile()
    return process.withLock { process in
      process.waitUntilExit()
      return Outcome(
        code: process.terminationReason == .exit ? process.terminationStatus : nil,
        output: String(decoding: output, as: UTF8.self), errors: String(decoding: errors, as: UTF8.self))
    }
  }

  /// Ends it at once, from another thread, as `kill -9` does.
  func kill() { send(SIGKILL) }

  /// Interrupts it, from another thread, as Ctrl-C does.
  func interrupt() { send(SIGINT) }

  /// The first signal alone.
  private func send(_ signal: Int32) {
    guard !isKilled.exchange(true, ordering: .relaxed) else { return }
    started.wait()
    process.withLock { _ = Glibc.kill($0.processIdentifier, signal) }
  }
}
