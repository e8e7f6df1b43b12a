import Foundation
import Registries
import Synchronization

/// Debian's `docker-registry` on a free port of loopback, for one test.
final class LocalRegistry: Sendable {
  struct NotStarted: Error {
    var output: String
  }

  /// `127.0.0.1:PORT`.
  let host: String
  private let process: Mutex<Process>
  /// What it has printed.
  private let text: Lines

  /// - Parameter htpasswd: lines of that file; nil lets everybody in.
  init(in folder: TestFolder, htpasswd: String? = nil) async throws {
    var lines = [
      "version: 0.1", "log: {level: error}", "http: {addr: \"127.0.0.1:0\", secret: test}",
      "storage: {filesystem: {rootdirectory: \(folder("registry"))}, delete: {enabled: true}}",
    ]
    if let htpasswd {
      try htpasswd.write(toFile: folder("htpasswd"), atomically: false, encoding: .utf8)
      lines.append("auth: {htpasswd: {realm: test, path: \(folder("htpasswd"))}}")
    }
    try lines.joined(separator: "\n").replacing("level: error", with: "level: info")
      .write(toFile: folder("registry.yml"), atomically: false, encoding: .utf8)
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/docker-registry")
    process.arguments = ["serve", folder("registry.yml")]
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    let text = Lines()
    pipe.fileHandleForReading.readabilityHandler = { handle in
      let data = handle.availableData
      if data.isEmpty { handle.readabilityHandler = nil }
      text.take(data)
    }
    try process.run()
    let started = await text.wait { $0.contains("listening on 127.0.0.1:") }
    guard let match = started.firstMatch(of: /listening on (127\.0\.0\.1:[0-9]+)/) else {
      kill(process.processIdentifier, SIGKILL)
      throw NotStarted(output: started)
    }
    host = String(match.1)
    self.process = Mutex(process)
    self.text = text
  }

  deinit {
    process.withLock { process in
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
    }
  }

  /// The requests so far: `GET /v2/team/cache/manifests/main`.
  func requests() async throws -> [String] {
    // Its log comes late: what is printed before the answer to a request of one's own is complete.
    let mark = "mark-\(UUID())".lowercased()
    _ = try? await client.tags(of: .init(registry: host, repository: mark))
    let log = await text.wait { $0.contains("GET /v2/\(mark)/") }
    return log.matches(of: /"([A-Z]+ \/v2\/[^ ]*) HTTP/).map { String($0.1) }.filter { !$0.contains("/mark-") }
  }

  var client: RegistryClient { RegistryClient { _ in nil } }
}

/// What a process prints, and who waits for some of it.
private final class Lines: Sendable {
  private struct State {
    var text = ""
    var isOver = false
    var waiters: [(isEnough: @Sendable (String) -> Bool, continuation: CheckedContinuation<String, Never>)] = []
  }

  private let state = Mutex(State())

  func take(_ data: Data) {
    let ready = state.withLock { state in
      state.text += String(decoding: data, as: UTF8.self)
      if data.isEmpty { state.isOver = true }
      let (text, isOver) = (state.text, state.isOver)
      let ready = state.waiters.filter { isOver || $0.isEnough(text) }.map(\.continuation)
      state.waiters.removeAll { isOver || $0.isEnough(text) }
      return ready.map { ($0, text) }
    }
    for (continuation, text) in ready { continuation.resume(returning: text) }
  }

  func wait(for isEnough: @escaping @Sendable (String) -> Bool) async -> String {
    await withCheckedContinuation { continuation in
      let text: String? = state.withLock { state in
        if state.isOver || isEnough(state.text) { return state.text }
        state.waiters.append((isEnough, continuation))
        return nil
      }
      if let text { continuation.resume(returning: text) }
    }
  }
}
