import Foundation

/// A server for tests, written in Python: a script that prints one line of JSON with its `port` when it is ready.
///
/// It ends when its standard input does, and so never outlives the tests, however these end.
package struct PythonServer: Sendable {
  /// What the script printed.
  package let greeting: [String: String]
  private let input: Pipe

  /// `http://127.0.0.1:PORT`
  package var url: String { "http://127.0.0.1:\(greeting["port"] ?? "0")" }

  package struct Failure: Error, CustomStringConvertible {
    package var description: String
  }

  /// - Parameter script: the path of the script.
  package init(_ script: String, _ arguments: [String] = []) throws {
    let process = Python.process(script, arguments)
    let output = Pipe()
    input = Pipe()
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    var line: [UInt8] = []
    while let byte = try output.fileHandleForReading.read(upToCount: 1), let first = byte.first, first != 10 {
      line.append(first)
    }
    guard let greeting = try? JSONDecoder().decode([String: String].self, from: Data(line)) else {
      throw Failure(description: "\(script) did not start: 'scripts/install demo' installs what it needs")
    }
    self.greeting = greeting
  }

  /// Ends the server.
  package func stop() {
    try? input.fileHandleForWriting.close()
  }
}
