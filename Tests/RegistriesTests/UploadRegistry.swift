import Foundation
import Native
import OCI

@testable import Registries

/// The registry of `Fixtures/uploads.py`.
struct UploadRegistry {
  struct Log: Decodable {
    var requests: [Request]
    /// How many requests were at work at once, at most.
    var most: Int
  }

  struct Request: Decodable {
    var method: String
    /// Path.
    var target: String
    /// Bytes of the body.
    var length: Int
    var contentRange: String?
    var range: String?
    var ifRange: String?
  }

  private let process: ServerProcess
  /// `127.0.0.1:PORT`.
  let host: String

  /// - Parameter config: JSON, as the fixture explains.
  init(_ config: String = "{}") async throws {
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Fixtures/uploads.py").path
    process = try await ServerProcess("python3", [script, config]) { $0.contains("\n") }
    host = "127.0.0.1:" + process.text.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  var repository: Reference { Reference(registry: host, repository: "team/app") }

  func log() throws -> Log {
    let answer = try ServerProcess.run("curl", ["--silent", "http://\(host)/_log"])
    return try JSONDecoder().decode(Log.self, from: Data(answer.output.utf8))
  }

  /// Such as `PATCH 0-9`, without those before the upload.
  func writes() throws -> [String] {
    try log().requests.filter { ["POST", "PATCH", "PUT"].contains($0.method) }.map { request in
      "\(request.method) \(request.contentRange ?? "\(request.length)")"
    }
  }

  func client(_ time: ManualTime = ManualTime(), chunkSize: Int? = nil) -> RegistryClient {
    RegistryClient(
      .init(hosts: [host: HostSettings(chunkSize: chunkSize)], timekeeper: time.timekeeper), credentials: { _ in nil })
  }
}

/// A file that is a blob, no two pieces of which are the same.
struct TestBlob {
  let bytes: [UInt8]
  let descriptor: Descriptor
  let path: String

  init(_ size: Int, in directory: TemporaryDirectory) throws {
    var bytes = [UInt8](repeating: 7, count: size)
    for place in stride(from: 0, to: size - 4, by: 251) {
      bytes.replaceSubrange(place..<place + 4, with: (0..<4).map { UInt8(place >> (8 * $0) & 255) })
    }
    self.bytes = bytes
    descriptor = Descriptor(mediaType: .layer, digest: Digest(sha256: try SHA256.hash(bytes)), size: size)
    path = try directory.write("blob-\(size)", bytes)
  }
}
