import Foundation

/// The registry of `Fixtures/misbehaving.py`.
struct MisbehavingRegistry {
  struct Request: Decodable, Sendable {
    var method: String
    /// Path and query.
    var target: String
    /// Whether it came to the second server, which the registry sends others to.
    var elsewhere: Bool
    var authorization: String?
    var range: String?
  }

  private let process: ServerProcess
  /// `127.0.0.1:PORT`.
  let host: String

  /// - Parameter config: JSON, as the fixture explains.
  init(_ config: String = "{}") async throws {
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Fixtures/misbehaving.py").path
    process = try await ServerProcess("python3", [script, config]) { $0.contains("\n") }
    host = "127.0.0.1:" + (process.text.split(separator: " ").first.map(String.init) ?? "")
  }

  func requests() async throws -> [Request] {
    let answer = try ServerProcess.run("curl", ["--silent", "http://\(host)/_log"])
    return try JSONDecoder().decode([Request].self, from: Data(answer.output.utf8))
  }
}
