import FoundationEssentials
import Native

/// Everything by which this target touches the outside. Tests hand in their own.
package struct Effects: Sendable {
  /// Sends a request and waits for the whole answer. Throws `HTTPError` when there is none.
  package var send: @Sendable (HTTPRequest) async throws -> HTTPResponse
  /// The text of a file; nil when there is no such file or it may not be read.
  package var readFile: @Sendable (_ path: String) -> String?
  /// Runs a program without a shell and returns its exit code, what it printed, and what it complained of.
  package var runProcess: @Sendable (_ command: [String]) async throws -> ProcessOutput
  package var now: @Sendable () -> Timestamp
  package var sleep: @Sendable (Duration) async throws -> Void
  /// A number from 0 up to, not including, 1: by which waiting times are spread.
  package var random: @Sendable () -> Double

  package struct ProcessOutput: Sendable, Equatable {
    package var exitCode: Int
    package var output: String
    package var complaint: String

    package init(exitCode: Int, output: String, complaint: String) {
      self.exitCode = exitCode
      self.output = output
      self.complaint = complaint
    }
  }

  package init(
    send: @escaping @Sendable (HTTPRequest) async throws -> HTTPResponse,
    readFile: @escaping @Sendable (_ path: String) -> String?,
    runProcess: @escaping @Sendable (_ command: [String]) async throws -> ProcessOutput,
    now: @escaping @Sendable () -> Timestamp,
    sleep: @escaping @Sendable (Duration) async throws -> Void,
    random: @escaping @Sendable () -> Double
  ) {
    self.send = send
    self.readFile = readFile
    self.runProcess = runProcess
    self.now = now
    self.sleep = sleep
    self.random = random
  }

  /// The machine itself.
  ///
  /// - Parameter caBundle: a PEM file of certificates to trust instead of the system's.
  package static func system(caBundle: String?) -> Effects {
    let client = HTTPClient(HTTPClient.Configuration(caBundle: caBundle))
    return Effects(
      send: { try await client.send($0) },
      readFile: { path in (try? Data(contentsOf: URL(filePath: path))).map { String(decoding: $0, as: UTF8.self) } },
      runProcess: { command in
        throw NativeError(operation: "start \(command.first ?? "a program")", reason: "not supported yet")
      },
      now: { Timestamp(seconds: Int(Date().timeIntervalSince1970.rounded(.down))) },
      sleep: { try await Task.sleep(for: $0) },
      random: { Double.random(in: 0..<1) })
  }
}
