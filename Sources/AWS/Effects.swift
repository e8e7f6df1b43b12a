import FoundationEssentials
import Native
import Synchronization

/// Everything by which this target touches the outside. Tests hand in their own.
package struct Effects: Sendable {
  /// Sends a request and waits for the whole answer. Throws `HTTPError` when there is none.
  package var send: @Sendable (HTTPRequest) async throws -> HTTPResponse
  /// The text of a file; nil when there is no such file or it may not be read.
  package var readFile: @Sendable (_ path: String) -> String?
  /// Runs a program, found in `PATH`, without a shell and without input; what it complains of is dropped.
  package var runProcess: @Sendable (_ command: [String]) async throws -> ProcessOutput
  package var now: @Sendable () -> Timestamp
  package var sleep: @Sendable (Duration) async throws -> Void
  /// A number from 0 up to, not including, 1: by which waiting times are spread.
  package var random: @Sendable () -> Double

  package struct ProcessOutput: Sendable, Equatable {
    package var exitCode: Int
    /// What it printed to its standard output.
    package var output: [UInt8]

    package init(exitCode: Int, output: [UInt8]) {
      self.exitCode = exitCode
      self.output = output
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
  /// - Parameters:
  ///   - variables: the environment of the programs that are run.
  ///   - caBundle: a PEM file of certificates to trust instead of the system's.
  package static func system(variables: [String: String], caBundle: String?) -> Effects {
    let client = HTTPClient(HTTPClient.Configuration(caBundle: caBundle))
    return Effects(
      send: { try await client.send($0) },
      readFile: { path in (try? Data(contentsOf: URL(filePath: path))).map { String(decoding: $0, as: UTF8.self) } },
      runProcess: { try await run($0, variables) },
      now: { Timestamp(seconds: Int(Date().timeIntervalSince1970.rounded(.down))) },
      sleep: { try await Task.sleep(for: $0) },
      random: { Double.random(in: 0..<1) })
  }

  private static func run(_ command: [String], _ variables: [String: String]) async throws -> ProcessOutput {
    let printed = Mutex<[UInt8]>([])
    // The shell finds the program, keeps its complaints out of what it prints, and becomes it.
    let child = ChildProcess(
      "/bin/sh", ["-c", #"exec "$@" 2>/dev/null"#, "sh"] + command,
      environment: variables.map { "\($0.key)=\($0.value)" })
    let status = try await child.run { bytes in printed.withLock { $0.append(contentsOf: bytes) } }
    return ProcessOutput(exitCode: Int(status.code), output: printed.withLock { $0 })
  }
}
