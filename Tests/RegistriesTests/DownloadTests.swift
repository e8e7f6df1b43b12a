import OCI
import Testing

@testable import Registries

@Suite("Downloads that break and go on")
struct DownloadTests {
  private let directory: TemporaryDirectory
  private let blob: TestBlob

  init() throws {
    directory = try TemporaryDirectory()
    blob = try TestBlob(100_000, in: directory)
  }

  /// Fetches the blob by what the rules do; returns the requests for it.
  private func fetch(_ rules: String) async throws -> [UploadRegistry.Request] {
    let registry = try await UploadRegistry(#"{"fetch": [\#(rules)]}"#)
    let client = registry.client()
    try await client.upload(blob.descriptor, path: blob.path, to: registry.repository)
    try await client.fetchBlob(blob.descriptor, from: registry.repository, toFile: "\(directory.path)/copy")
    #expect(try directory.read("copy") == blob.bytes)
    return try registry.log().requests.filter { $0.method == "GET" }
  }

  @Test("the rest is asked for by Range, on condition that it is still the same")
  func range() async throws {
    let requests = try await fetch(#"{"do": "cut", "bytes": 30000}, {"do": "cut", "bytes": 30000}"#)
    #expect(requests.map(\.range) == [nil, "bytes=30000-", "bytes=60000-"])
    #expect(requests.map(\.ifRange) == [nil, "\"\(blob.descriptor.digest)\"", "\"\(blob.descriptor.digest)\""])
  }

  @Test("a range that is refused, or answered by another, is not asked for again", arguments: ["416", "shift"])
  func noRange(what: String) async throws {
    let requests = try await fetch(#"{"do": "cut", "bytes": 30000}, {"do": "\#(what)"}"#)
    #expect(requests.map(\.range) == [nil, "bytes=30000-", nil])
  }

  @Test("an answer that is too short once is asked for again, and nothing of it is kept")
  func short() async throws {
    let requests = try await fetch(#"{"do": "short", "bytes": 30000}"#)
    #expect(requests.map(\.range) == [nil, nil])
  }

  @Test("a pull that is cancelled leaves no file")
  func cancelled() async throws {
    let registry = try await UploadRegistry(#"{"fetch": [{"do": "cut", "bytes": 30000}]}"#)
    // The time to wait before the second try never comes.
    let time = ManualTime()
    var timekeeper = time.timekeeper
    let (asleep, sleep) = AsyncStream.makeStream(of: Void.self)
    timekeeper.sleep = { _ in
      sleep.finish()
      try await Task.sleep(for: .seconds(3600))
    }
    let client = RegistryClient(.init(timekeeper: timekeeper), credentials: { _ in nil })
    try await client.upload(blob.descriptor, path: blob.path, to: registry.repository)
    let folder = try TemporaryDirectory()
    let task = Task { [blob] in
      try await client.fetchBlob(blob.descriptor, from: registry.repository, toFile: "\(folder.path)/copy")
    }
    for await _ in asleep {}
    #expect(folder.names.count == 1)
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(folder.names.isEmpty)
  }
}
