import OCI
import Synchronization
import Testing

@testable import Registries

@Suite("Uploads, by the ways that the specification leaves open")
struct UploadTests {
  private let directory: TemporaryDirectory
  private let blob: TestBlob

  init() throws {
    directory = try TemporaryDirectory()
    blob = try TestBlob(100_000, in: directory)
  }

  /// Sends the blob, and sees that the registry has it.
  private func upload(_ registry: UploadRegistry, chunkSize: Int? = nil, _ blob: TestBlob? = nil) async throws {
    let blob = blob ?? self.blob
    let client = registry.client(chunkSize: chunkSize)
    try await client.upload(blob.descriptor, path: blob.path, to: registry.repository)
    try await client.fetchBlob(blob.descriptor, from: registry.repository, toFile: "\(directory.path)/copy")
    #expect(try directory.read("copy") == blob.bytes)
  }

  @Test("a blob goes in one PUT, unless its host is to get chunks; an answer of 201 and a Range that sticks do no harm")
  func chunks() async throws {
    let plain = try await UploadRegistry()
    try await upload(plain)
    #expect(try plain.writes() == ["POST 0", "PUT 100000"])
    for config in ["{}", #"{"patch": 201, "sticky": true}"#] {
      let registry = try await UploadRegistry(config)
      try await upload(registry, chunkSize: 40_000)
      #expect(
        try registry.writes() == ["POST 0", "PATCH 0-39999", "PATCH 40000-79999", "PATCH 80000-99999", "PUT 0"])
    }
  }

  @Test("Docker's registry takes chunks, with a password")
  func dockerRegistry() async throws {
    let registry = try await DockerRegistry(withPassword: true)
    let client = RegistryClient(
      .init(hosts: [registry.host: HostSettings(chunkSize: 40_000)], timekeeper: ManualTime().timekeeper)
    ) { _ in .password(user: DockerRegistry.user, password: DockerRegistry.password) }
    let repository = Reference(registry: registry.host, repository: "team/app")
    try await client.upload(blob.descriptor, path: blob.path, to: repository)
    try await client.fetchBlob(blob.descriptor, from: repository, toFile: "\(directory.path)/copy")
    #expect(try directory.read("copy") == blob.bytes)
  }

  @Test("chunks are no shorter than the registry wants them")
  func leastChunk() async throws {
    let registry = try await UploadRegistry(#"{"least": 70000}"#)
    try await upload(registry, chunkSize: 1000)
    #expect(try registry.writes() == ["POST 0", "PATCH 0-69999", "PATCH 70000-99999", "PUT 0"])
  }

  @Test("an empty blob has no chunk", arguments: [nil, 10])
  func empty(chunkSize: Int?) async throws {
    let registry = try await UploadRegistry()
    try await upload(registry, chunkSize: chunkSize, TestBlob(0, in: directory))
    #expect(try registry.writes() == ["POST 0", "PUT 0"])
  }

  @Test(
    "a body that is too long comes again in chunks, each shorter than the last; the next blob begins so",
    arguments: [
      #"{"limit": 600000}"#, #"{"limit": 600000, "early": true}"#,
    ])
  func tooLong(config: String) async throws {
    let registry = try await UploadRegistry(config)
    let big = try TestBlob(3_000_000, in: directory)
    let client = registry.client()
    try await client.upload(big.descriptor, path: big.path, to: registry.repository)
    let writes = try registry.writes()
    #expect(writes.prefix(4) == ["POST 0", "PUT 3000000", "POST 0", "PATCH 0-1499999"])
    #expect(writes.dropFirst(4).prefix(2) == ["POST 0", "PATCH 0-374999"])
    #expect(writes.last == "PUT 0")
    let next = try TestBlob(1_000_000, in: directory)
    try await client.upload(next.descriptor, path: next.path, to: registry.repository)
    #expect(try registry.writes().dropFirst(writes.count).prefix(2) == ["POST 0", "PATCH 0-374999"])
  }

  @Test("where no body is short enough the error says what to do")
  func muchTooLong() async throws {
    let registry = try await UploadRegistry(#"{"limit": 1000}"#)
    let error = await #expect(throws: RegistryError.self) { try await upload(registry) }
    #expect(error?.status == 413)
    #expect(error?.isTemporary == false)
    #expect(error?.hint?.contains("no body of 100000 bytes") == true)
  }

  @Test("a broken upload goes on where the registry says that it stands")
  func resume() async throws {
    let registry = try await UploadRegistry(#"{"break": [{"method": "PUT", "bytes": 30000}]}"#)
    try await upload(registry)
    #expect(try registry.writes() == ["POST 0", "PUT 100000", "PATCH 30000-99999", "PUT 0"])
  }

  @Test("so does one in chunks, more than once")
  func resumeChunks() async throws {
    let registry = try await UploadRegistry(#"{"break": [{"method": "PATCH", "bytes": 30000, "times": 2}]}"#)
    try await upload(registry, chunkSize: 40_000)
    #expect(
      try registry.writes() == [
        "POST 0", "PATCH 0-39999", "PATCH 30000-69999", "PATCH 60000-99999", "PUT 0",
      ])
  }

  @Test("a blob starts again where the registry does not say, or says nothing that helps", arguments: [404, 405, 500])
  func restart(status: Int) async throws {
    let registry = try await UploadRegistry(
      #"{"break": [{"method": "PUT", "bytes": 30000}], "resume": \#(status)}"#)
    let phases = Mutex<[BlobProgress.Phase]>([])
    try await registry.client().upload(blob.descriptor, path: blob.path, to: registry.repository) { progress in
      phases.withLock { $0.append(progress.phase) }
    }
    #expect(try registry.writes() == ["POST 0", "PUT 100000", "POST 0", "PUT 100000"])
    #expect(phases.withLock { $0 }.contains(.restarted))
  }

  @Test("an upload that the registry calls spoilt is not gone on with")
  func spoilt() async throws {
    let registry = try await UploadRegistry(
      #"{"break": [{"method": "PUT", "bytes": 30000}], "spoilt": "BLOB_UPLOAD_INVALID"}"#)
    try await upload(registry)
    #expect(
      try registry.writes() == ["POST 0", "PUT 100000", "PATCH 30000-99999", "POST 0", "PUT 100000"])
  }

  @Test(
    "the end of a Range is its last byte; what is no range, or may be an empty one, is nothing",
    arguments: [
      ("0-29999", 30_000), ("bytes=0-29999", 30_000), ("0-0", nil), ("5-9", nil), ("0-", nil), ("-4", nil), ("", nil),
      ("0-9223372036854775807", nil), ("0-1-2", nil), ("x", nil), (nil, nil),
    ] as [(String?, Int?)])
  func storedBytes(range: String?, stored: Int?) {
    #expect(UploadSession.storedBytes(range) == stored)
  }

  @Test("many answers of 429 leave fewer blobs on their way at once, and all arrive")
  func slots() async throws {
    let registry = try await UploadRegistry(#"{"busy": 8}"#)
    let image = try TestImage(layers: 12)
    let client = registry.client()
    let slots = client.slots(of: registry.repository)
    #expect(slots.limit == 5)
    let blobs = image.files.map { ($0.key, $0.value) }
    _ = try await blobs.mapConcurrently(limit: 12) { digest, path in
      let descriptor = Descriptor(mediaType: .layer, digest: digest, size: image.blobs[digest]?.count ?? 0)
      try await client.upload(descriptor, path: path, to: registry.repository)
    }
    for (digest, bytes) in image.blobs {
      let descriptor = Descriptor(mediaType: .layer, digest: digest, size: bytes.count)
      #expect(try await client.hasBlob(descriptor, in: registry.repository))
    }
    #expect(try registry.log().most <= 5)
  }
}
