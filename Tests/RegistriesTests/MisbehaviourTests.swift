import OCI
import Testing

@testable import Registries

/// What ECR, overloaded registries, proxies and bad networks do; by the server in `Fixtures/misbehaving.py`.
@Suite("A registry that misbehaves")
struct MisbehaviourTests {
  private let image: TestImage
  private let time = ManualTime()

  init() throws { image = try TestImage() }

  private func reference(_ registry: MisbehavingRegistry) -> Reference {
    Reference(registry: registry.host, repository: "team/app", tag: "v1")
  }

  /// Pushes the image, pulls it and compares.
  private func roundTrip(_ registry: MisbehavingRegistry, _ client: RegistryClient) async throws {
    let target = reference(registry)
    let result = try await client.push(image.push(), to: target)
    #expect(result.digest == image.digest)
    let copy = try TemporaryDirectory()
    let pulled = try await client.pull(target, to: { try BlobFile(path: "\(copy.path)/\($0.digest.hex)") })
    #expect(pulled.resolved.manifest.bytes == image.manifest)
    #expect(copy.names == image.blobs.keys.map(\.hex).sorted())
    for (digest, bytes) in image.blobs { #expect(try copy.read(digest.hex) == bytes) }
  }

  @Test(
    "what can be waited out is waited out",
    arguments: [
      #"{"method": "HEAD", "path": "manifests", "do": "status", "status": 503}"#,
      #"{"method": "HEAD", "path": "blobs", "do": "status", "status": 500, "times": 5}"#,
      #"{"method": "POST", "path": "uploads", "do": "status", "status": 429, "body": "slow down", "times": 3}"#,
      #"{"method": "POST", "path": "uploads", "do": "close", "times": 2}"#,
      #"{"method": "PUT", "path": "uploads", "do": "status", "status": 502, "times": 3}"#,
      #"{"method": "PUT", "path": "uploads", "do": "close", "times": 2}"#,
      #"{"method": "PUT", "path": "uploads", "do": "close", "after": true, "times": 2}"#,
      #"{"method": "PUT", "path": "uploads", "do": "status", "status": 404, "body": "{\"errors\": [{\"code\": \"BLOB_UPLOAD_UNKNOWN\"}]}"}"#,
      #"{"method": "PUT", "path": "uploads", "do": "status", "status": 400, "body": "{\"errors\": [{\"code\": \"BLOB_UPLOAD_INVALID\"}]}"}"#,
      #"{"method": "PUT", "path": "uploads", "do": "status", "status": 400, "body": "{\"errors\": [{\"code\": \"DIGEST_INVALID\"}]}"}"#,
      #"{"method": "PUT", "path": "manifests", "do": "status", "status": 500, "times": 4}"#,
      #"{"method": "PUT", "path": "manifests", "do": "close", "after": true}"#,
      #"{"method": "GET", "path": "manifests", "do": "spoil"}"#,
      #"{"method": "GET", "path": "blobs", "do": "cut", "bytes": 1000, "times": 3}"#,
      #"{"method": "GET", "path": "blobs", "do": "cut", "bytes": 0, "times": 3}"#,
      #"{"method": "GET", "path": "blobs", "do": "status", "status": 504, "times": 3}"#,
    ])
  func survives(rule: String) async throws {
    let registry = try await MisbehavingRegistry(#"{"rules": [\#(rule)]}"#)
    try await roundTrip(registry, .patient(time))
  }

  @Test("Retry-After is obeyed, but not for ever")
  func retryAfter() async throws {
    let registry = try await MisbehavingRegistry(
      """
      {"rules": [
        {"path": "manifests", "do": "status", "status": 429, "headers": {"Retry-After": "7"}},
        {"path": "manifests", "do": "status", "status": 429, "headers": {"Retry-After": "86400"}}]}
      """)
    #expect(try await RegistryClient.patient(time).check(reference(registry)) == nil)
    // On top comes half of the first and second ceiling.
    #expect(time.sleeps == [.seconds(7) + .milliseconds(150), .seconds(90) + .milliseconds(300)])
  }

  @Test("tries end, and the error says how many, the status and what was said; exit 69")
  func givesUp() async throws {
    let registry = try await MisbehavingRegistry(
      """
      {"rules": [{"path": "manifests", "do": "status", "status": 500, "times": 99,
        "body": "<html><title>Oh\\u001b[31m no</title></html>"}]}
      """)
    let error = await #expect(throws: RegistryError.self) {
      _ = try await RegistryClient.patient(time).fetchManifest(reference(registry))
    }
    #expect(error?.code == .unavailable)
    #expect(error?.code.exitCode == 69)
    #expect(
      error?.message
        == "GET manifest \(registry.host)/team/app:v1: 500 Internal Server Error: Oh [31m no, 7 times")
    #expect(try await registry.requests().count == 7)
  }

  @Test("the deadline ends what tries would not")
  func deadline() async throws {
    let registry = try await MisbehavingRegistry(
      #"{"rules": [{"path": "manifests", "do": "status", "status": 503, "times": 999}]}"#)
    let client = RegistryClient.patient(time, retry: RetryPolicy(tries: 1000, deadline: .seconds(60)))
    await #expect(throws: RegistryError.self) { _ = try await client.check(reference(registry)) }
    #expect(time.sleeps.reduce(.zero, +) < .seconds(60))
  }

  @Test("one blob starts again, not all")
  func oneBlob() async throws {
    let registry = try await MisbehavingRegistry(
      #"{"rules": [{"method": "PUT", "path": "uploads", "do": "status", "status": 500}]}"#)
    _ = try await RegistryClient.patient(time).push(image.push(), to: reference(registry))
    let uploads = try await registry.requests().filter { $0.method == "PUT" && $0.target.contains("uploads") }
    #expect(uploads.count == image.blobs.count + 1)
  }

  @Test("upload addresses of every kind, their query kept", arguments: ["path", "absolute", "relative", "elsewhere"])
  func locations(style: String) async throws {
    let registry = try await MisbehavingRegistry(
      #"{"location": "\#(style)", "auth": {"scheme": "basic", "passwords": ["p"]}}"#)
    try await roundTrip(registry, .patient(time) { _ in .password(user: "AWS", password: "p") })
    let elsewhere = try await registry.requests().filter(\.elsewhere)
    #expect(elsewhere.count == (style == "elsewhere" ? image.blobs.count : 0))
    #expect(elsewhere.allSatisfy { $0.authorization == nil })
  }

  @Test("a blob behind a redirect is fetched without a credential, and again from the registry when it breaks")
  func redirect() async throws {
    let registry = try await MisbehavingRegistry(
      """
      {"auth": {"scheme": "basic", "passwords": ["p"]}, "rules": [
        {"method": "GET", "path": "/blobs/", "do": "redirect", "times": 99},
        {"method": "GET", "path": "^/data/", "skip": 1, "do": "cut", "bytes": 500, "times": 2}]}
      """)
    try await roundTrip(registry, .patient(time) { _ in .password(user: "AWS", password: "p") })
    let elsewhere = try await registry.requests().filter(\.elsewhere)
    #expect(elsewhere.count == image.blobs.count + 2)
    #expect(elsewhere.allSatisfy { $0.authorization == nil })
    #expect(elsewhere.filter { $0.range == "bytes=500-" }.count == 2)
  }

  @Test("a registry that ignores the range is read past what is there")
  func rangeIgnored() async throws {
    let registry = try await MisbehavingRegistry(
      """
      {"rules": [{"method": "GET", "path": "/blobs/", "do": "cut", "bytes": 1234, "times": 4},
        {"method": "GET", "path": "/blobs/", "do": "whole", "times": 99}]}
      """)
    try await roundTrip(registry, .patient(time))
  }

  @Test(
    "a blob that is not what its digest names is an error that names both, and nothing is kept",
    arguments: [
      #"{"method": "GET", "path": "/blobs/", "do": "spoil", "times": 99}"#,
      #"{"method": "GET", "path": "/blobs/", "do": "status", "status": 200, "body": "short", "times": 99}"#,
    ])
  func wrongBytes(rule: String) async throws {
    let registry = try await MisbehavingRegistry(#"{"rules": [\#(rule)]}"#)
    let client = RegistryClient.patient(time)
    _ = try await client.push(image.push(), to: reference(registry))
    let layer = image.content.layers[0]
    let copy = try TemporaryDirectory()
    let error = await #expect(throws: RegistryError.self) {
      try await client.fetchBlob(layer, from: reference(registry), toFile: "\(copy.path)/layer")
    }
    #expect(error?.code == .mismatch)
    #expect(error?.message.contains(layer.digest.description) == true)
    #expect(error?.message.contains("\(layer.size) bytes") == true)
    #expect(copy.names.isEmpty)
  }

  @Test("a manifest that stays wrong is a mismatch")
  func wrongManifest() async throws {
    let registry = try await MisbehavingRegistry(
      #"{"rules": [{"method": "GET", "path": "manifests", "do": "spoil", "times": 99}]}"#)
    let client = RegistryClient.patient(time)
    _ = try await client.push(image.push(), to: reference(registry))
    let error = await #expect(throws: RegistryError.self) {
      _ = try await client.fetchManifest(reference(registry))
    }
    #expect(error?.code == .mismatch)
    #expect(error?.message.contains("\(image.digest) was promised") == true)
  }

  @Test("a registry that stored another digest than was sent is found out")
  func wrongDigestHeader() async throws {
    let other = "sha256:" + String(repeating: "0", count: 64)
    let registry = try await MisbehavingRegistry(
      """
      {"rules": [{"method": "PUT", "path": "manifests", "do": "header",
        "headers": {"Docker-Content-Digest": "\(other)"}, "times": 99}]}
      """)
    let error = await #expect(throws: RegistryError.self) {
      _ = try await RegistryClient.patient(time).push(image.push(), to: reference(registry))
    }
    #expect(error?.code == .mismatch)
  }

  @Test("a mount answered by 201, 202 or 404", arguments: [(201, 0), (202, 1), (404, 1)])
  func mounts(status: Int, uploadsPerBlob: Int) async throws {
    let registry = try await MisbehavingRegistry(#"{"mount": \#(status)}"#)
    let result = try await RegistryClient.patient(time).push(
      image.push(mountFrom: ["team/base"]), to: reference(registry))
    let requests = try await registry.requests()
    #expect(result.mounted == (status == 201 ? image.size : 0))
    #expect(
      requests.filter { $0.method == "PUT" && $0.target.contains("uploads") }.count
        == uploadsPerBlob * image.blobs.count)
    // The session that a refused mount opens is the one that is used.
    #expect(requests.filter { $0.method == "POST" }.count == image.blobs.count * (status == 404 ? 2 : 1))
  }

  @Test("an immutable tag: the same image is success, another is an error with both digests")
  func immutable() async throws {
    let registry = try await MisbehavingRegistry(
      #"{"immutable": true, "rules": [{"method": "HEAD", "path": "manifests", "skip": 1, "do": "status", "status": 404}]}"#
    )
    let client = RegistryClient.patient(time)
    _ = try await client.push(image.push(), to: reference(registry))
    // HEAD says 404 once, as it does when someone else has pushed in between.
    _ = try await client.push(image.push(), to: reference(registry))
    let other = try TestImage(seed: 9)
    let error = await #expect(throws: RegistryError.self) {
      _ = try await client.push(other.push(), to: reference(registry))
    }
    #expect(error?.code == .immutable)
    #expect(error?.message.contains("names \(image.digest), not \(other.digest)") == true)
  }

  @Test("nothing to do is one request, once authenticated")
  func oneRequest() async throws {
    let registry = try await MisbehavingRegistry(#"{"auth": {"scheme": "basic", "passwords": ["p"]}}"#)
    let client = RegistryClient.patient(time) { _ in .password(user: "AWS", password: "p") }
    _ = try await client.push(image.push(), to: reference(registry))
    let before = try await registry.requests().count
    #expect(try await client.push(image.push(), to: reference(registry)).wasThere)
    #expect(try await registry.requests().count == before + 1)
  }
}
