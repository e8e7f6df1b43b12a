import Foundation

/// A program of this machine.
enum Shell {
  struct Outcome {
    var code: Int32
    var output: String
  }

  static func run(_ arguments: [String], in directory: String? = nil) throws -> Outcome {
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = arguments
    process.standardOutput = pipe
    process.standardError = pipe
    if let directory { process.currentDirectoryURL = URL(filePath: directory) }
    try process.run()
    let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return Outcome(code: process.terminationStatus, output: String(decoding: output, as: UTF8.self))
  }
}
