import Foundation
import Registries

/// Debian's `docker-registry` on a free port of loopback, for one test.
final class LocalRegistry {
  /// `127.0.0.1:PORT`.
  let host: String
  private let process: Process

  init(in folder: TestFolder) throws {
    let config = """
      {version: "0.1", log: {level: info}, storage: {filesystem: {rootdirectory: \(folder("registry"))}}, \
      http: {addr: "127.0.0.1:0", secret: test}}
      """
    try Data(config.utf8).write(to: URL(filePath: folder("registry.yml")))
    let pipe = Pipe()
    process = Process()
    process.executableURL = URL(filePath: "/usr/bin/docker-registry")
    process.arguments = ["serve", folder("registry.yml")]
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    var text = ""
    var found: String?
    while found == nil, case let data = pipe.fileHandleForReading.availableData, !data.isEmpty {
      text += String(decoding: data, as: UTF8.self)
      found = text.firstMatch(of: /listening on (127\.0\.0\.1:[0-9]+)/).map { String($0.1) }
    }
    guard let found else { throw Shell.Failure(description: "docker-registry: \(text)") }
    host = found
    // Else it would wait for somebody to read.
    pipe.fileHandleForReading.readabilityHandler = { handle in
      if handle.availableData.isEmpty { handle.readabilityHandler = nil }
    }
  }

  deinit {
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  var client: RegistryClient { RegistryClient { _ in nil } }
}
