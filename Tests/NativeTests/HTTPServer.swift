import Foundation
import Synchronization

/// The server of `Fixtures/server.py` on a free port; it ends when its input does.
final class HTTPServer: Sendable {
  private let process: Mutex<Process>
  private let input: Mutex<Pipe>
  /// `http://127.0.0.1:PORT`.
  let base: String

  init() throws {
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Fixtures/server.py").path
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", script]
    let input = Pipe()
    let output = Pipe()
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    let port = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
    base = "http://127.0.0.1:" + port.filter(\.isNumber)
    self.process = Mutex(process)
    self.input = Mutex(input)
  }

  deinit {
    input.withLock { try? $0.fileHandleForWriting.close() }
    process.withLock { $0.waitUntilExit() }
  }
}
