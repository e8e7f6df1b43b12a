import Foundation

/// A server for tests, written in Python: a script that prints one line of JSON with its `port` when it is ready.
///
/// It ends when its standard input does, and so never outlives the tests, however these end.
package struct PythonServer: Sendable {
  /// What the script printed.
  package let greeting: [String: String]
  private let input: Pipe
  private let process: ProcessBox

  /// `http://127.0.0.1:PORT`
  package var url: String { "http://127.0.0.1:\(greeting["port"] ?? "0")" }

  package struct Failure: Error, CustomStringConvertible {
    package var description: String
  }

  /// `Process` is not `Sendable`; nobody uses it after it has started.
  private struct ProcessBox: Sendable {
    let identifier: Int32
  }

  /// - Parameter script: the path of the script.
  package init(_ script: String, _ arguments: [String] = []) throws {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["python3", script] + arguments
    let output = Pipe()
    input = Pipe()
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    self.process = ProcessBox(identifier: process.processIdentifier)
    var line: [UInt8] = []
    while let byte = try output.fileHandleForReading.read(upToCount: 1), let first = byte.first, first != 10 {
      line.append(first)
    }
    guard let greeting = try? JSONDecoder().decode([String: String].self, from: Data(line)) else {
      throw Failure(description: "\(script) did not start; it needs botocore and moto for python3")
    }
    self.greeting = greeting
  }

  /// Ends the server.
  package func stop() {
    try? input.fileHandleForWriting.close()
  }
}
