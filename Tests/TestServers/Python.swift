import Foundation

/// The Python of the tests: the one that `scripts/install demo` makes, else the one in `PATH`.
enum Python {
  static func process(_ script: String, _ arguments: [String] = []) -> Process {
    let process = Process()
    let ownPython = repository.appending(path: ".imagesmith/venv/bin/python").path
    let isThere = FileManager.default.isExecutableFile(atPath: ownPython)
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [isThere ? ownPython : "python3", script] + arguments
    return process
  }

  private static let repository = URL(filePath: #filePath).appending(path: "../../..").standardized
}
