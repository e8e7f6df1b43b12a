import Foundation

/// A Python script that reads JSON and prints JSON: another implementation to compare with.
package enum PythonScript {
  /// - Parameters:
  ///   - script: the path of the script.
  ///   - input: what it reads from its standard input.
  package static func run(_ script: String, input: Data = Data()) throws -> Data {
    let process = Python.process(script)
    let output = Pipe()
    let inputPipe = Pipe()
    process.standardInput = inputPipe
    process.standardOutput = output
    try process.run()
    try inputPipe.fileHandleForWriting.write(contentsOf: input)
    try inputPipe.fileHandleForWriting.close()
    let data = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw PythonServer.Failure(description: "\(script) ended with code \(process.terminationStatus)")
    }
    return data
  }
}
