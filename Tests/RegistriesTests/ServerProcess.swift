import Foundation
import Glibc
import Synchronization

/// A server that a test starts and that ends with it; found by what it prints when it is ready.
final class ServerProcess: Sendable {
  struct NotReady: Error {
    let output: String
  }

  private struct Output {
    var text = ""
    var waiter: CheckedContinuation<Void, Never>?
    var isOver = false
  }

  private let process: Mutex<Process>
  private let output = Mutex(Output())

  /// - Parameter isReady: whether the output so far says so.
  init(_ executable: String, _ arguments: [String], until isReady: @escaping @Sendable (String) -> Bool) async throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [executable] + arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    self.process = Mutex(process)
    pipe.fileHandleForReading.readabilityHandler = { [weak self] handle in
      let data = handle.availableData
      if data.isEmpty { handle.readabilityHandler = nil }
      self?.take(data, isReady)
    }
    try self.process.withLock { try $0.run() }
    await withCheckedContinuation { continuation in
      let isDone = output.withLock { output in
        guard !output.isOver else { return true }
        output.waiter = continuation
        return false
      }
      if isDone { continuation.resume() }
    }
    guard isReady(text) else { throw NotReady(output: text) }
  }

  deinit {
    process.withLock { process in
      guard process.isRunning else { return }
      // A child of a dispatch thread inherits its signal mask, and so would never see SIGTERM.
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
    }
  }

  var text: String { output.withLock { $0.text } }

  private func take(_ data: Data, _ isReady: (String) -> Bool) {
    let waiter = output.withLock { output -> CheckedContinuation<Void, Never>? in
      guard !output.isOver else { return nil }
      output.text += String(decoding: data, as: UTF8.self)
      guard data.isEmpty || isReady(output.text) else { return nil }
      output.isOver = true
      return output.waiter.take()
    }
    waiter?.resume()
  }

  /// Runs a program to its end.
  ///
  /// - Returns: its exit code and all that it printed.
  static func run(_ executable: String, _ arguments: [String]) throws -> (code: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [executable] + arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: data, as: UTF8.self))
  }
}

/// A directory that goes with the test.
final class TemporaryDirectory: Sendable {
  let path: String

  init() throws {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("registries-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Writes a file and says where it is.
  func write(_ name: String, _ bytes: [UInt8]) throws -> String {
    let file = "\(path)/\(name)"
    try Data(bytes).write(to: URL(fileURLWithPath: file))
    return file
  }

  var names: [String] { (try? FileManager.default.contentsOfDirectory(atPath: path).sorted()) ?? [] }

  func read(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: "\(path)/\(name)")))
  }
}
