import FaultyRegistries
import OCI
import Testing

@testable import Registries

/// What nobody can wait out ends in one error that says what and where, with the exit code for it.
@Suite("Faults that are not survived", .serialized)
struct LastingFaultTests {
  private let image: TestImage

  init() throws { image = try TestImage() }

  struct Case: Sendable, CustomTestStringConvertible {
    let fault: Fault
    let kind: RequestKind
    let code: RegistryError.Code
    /// A part of the message.
    let says: String

    init(_ fault: Fault, at kind: RequestKind, _ code: RegistryError.Code, _ says: String) {
      self.fault = fault
      self.kind = kind
      self.code = code
      self.says = says
    }

    var testDescription: String { "\(fault) at \(kind)" }
  }

  private static func refusal(_ code: String, _ message: String) -> String {
    #"{"errors": [{"code": "\#(code)", "message": "\#(message)"}]}"#
  }

  private func expect(_ error: RegistryError?, _ wanted: Case) {
    #expect(error?.code == wanted.code, "\(error?.message ?? "no error")")
    #expect(error?.message.contains(wanted.says) == true, "\(error?.message ?? "")")
    // One line, no control characters, no secrets.
    #expect(error?.description.contains { $0.isNewline || $0 == "\u{1B}" } == false)
    #expect(error?.description.contains("secret") == false)
  }

  @Test(
    "of a push",
    arguments: [
      Case(.close, at: .checkManifest, .unavailable, "HEAD manifest"),
      Case(.close, at: .finishUpload, .unavailable, "PUT blob"),
      Case(.resetRequest(afterBytes: 10), at: .finishUpload, .unavailable, "7 times"),
      Case(
        .status(500, body: "<html><h1>Oh\u{1B}[31m no</h1></html>"), at: .startUpload, .unavailable,
        "500 Internal Server Error: Oh [31m no"),
      Case(.status(429, body: "slow down"), at: .finishUpload, .unavailable, "429 Too Many Requests: slow down"),
      Case(.status(401), at: .checkManifest, .unauthorized, "401 Unauthorized"),
      Case(.status(401), at: .finishUpload, .unauthorized, "401 Unauthorized"),
      Case(.status(403, body: "no\r\nwhy"), at: .startUpload, .denied, "403 Forbidden: no"),
      Case(.status(403, body: "Your authorization token has expired."), at: .startUpload, .denied, "has expired"),
      Case(
        .status(403, body: refusal("DENIED", "the quota of images is reached")), at: .putManifest, .denied,
        "DENIED: the quota"),
      Case(
        .status(404, body: refusal("NAME_UNKNOWN", "no such repository")), at: .startUpload, .notFound, "NAME_UNKNOWN"),
      Case(
        .status(405, body: "too many layers"), at: .putManifest, .refused, "405 Method Not Allowed: too many layers"),
      Case(.status(413), at: .finishUpload, .refused, "413 Content Too Large"),
      Case(
        .header("Docker-Content-Digest", "sha256:" + String(repeating: "0", count: 64)), at: .putManifest, .mismatch,
        "was stored"),
      Case(.header("Location", nil), at: .startUpload, .refused, "no Location"),
      Case(.header("Location", ""), at: .startUpload, .refused, "Location"),
      Case(.header("Location", "file:///etc/shadow"), at: .startUpload, .refused, "Location"),
      Case(.header("Location", "http://AWS:secret@[::1/"), at: .startUpload, .refused, "Location"),
      Case(.forgetUploads, at: .finishUpload, .notFound, "BLOB_UPLOAD_UNKNOWN"),
      Case(.redirectLoop, at: .checkManifest, .refused, "307"),
      Case(.redirect("/elsewhere"), at: .finishUpload, .refused, "307"),
      Case(.garbage(Array("SSH-2.0-OpenSSH_9.2\r\n".utf8)), at: .checkManifest, .unavailable, "HEAD manifest"),
      Case(.endlessHeaders, at: .startUpload, .refused, "headers are longer than"),
      Case(.endlessBody(status: 500), at: .startUpload, .refused, "longer than"),
      Case(.endlessBody(status: 201), at: .putManifest, .refused, "longer than"),
    ])
  func push(wanted: Case) async throws {
    let registry = try FaultyRegistry(
      Manner(), FaultSchedule([.init(wanted.fault, at: wanted.kind, times: .max)]))
    let error = await #expect(throws: RegistryError.self) {
      _ = try await RoundTrip(registry, image).push()
    }
    expect(error, wanted)
    // Nobody who pulls the tag may find half an image there.
    if wanted.kind != .putManifest { #expect(registry.manifest("v1", in: RoundTrip.repository) == nil) }
  }

  @Test(
    "of a pull",
    arguments: [
      Case(.close, at: .fetchManifest, .unavailable, "GET manifest"),
      Case(.cut(afterBytes: 10), at: .fetchBlob, .unavailable, "GET blob"),
      Case(.status(403), at: .fetchManifest, .denied, "403 Forbidden"),
      Case(
        .status(404, body: "<Error><Code>NoSuchKey</Code><Message>gone</Message></Error>"), at: .fetchBlob, .notFound,
        "404 Not Found: gone"),
      Case(.status(204), at: .fetchManifest, .refused, "204"),
      Case(.status(200, body: "short"), at: .fetchBlob, .mismatch, "5 are offered"),
      Case(.spoil(byte: 77), at: .fetchManifest, .mismatch, "was promised"),
      Case(.spoil(byte: 77), at: .fetchBlob, .mismatch, "were promised"),
      Case(.body([]), at: .fetchManifest, .mismatch, "was promised"),
      Case(.redirectLoop, at: .fetchBlob, .refused, "307"),
      Case(.redirect("file:///etc/shadow"), at: .fetchBlob, .refused, "a Location that is no URL"),
      Case(.redirect("ftp://127.0.0.1/x"), at: .fetchManifest, .refused, "a Location that is no URL"),
      Case(.redirect("http://127.0.0.1:1/?X-Amz-Signature=secret"), at: .fetchBlob, .unreachable, "GET blob"),
      Case(.garbage([0, 1, 2, 3]), at: .fetchBlob, .unavailable, "GET blob"),
      Case(.endlessHeaders, at: .fetchManifest, .refused, "headers are longer than"),
      Case(.endlessBody(status: 200), at: .fetchManifest, .refused, "longer than 4194304 bytes"),
      Case(.endlessBody(status: 200), at: .fetchBlob, .mismatch, "more than the"),
      Case(.endlessBody(status: 404), at: .fetchBlob, .refused, "longer than"),
    ])
  func pull(wanted: Case) async throws {
    let registry = try FaultyRegistry(
      Manner(), FaultSchedule([.init(wanted.fault, at: wanted.kind, times: .max)]))
    let trip = RoundTrip(registry, image)
    try registry.keep(Array(image.blobs.values), manifest: image.manifest, as: "v1", in: RoundTrip.repository)
    let error = await #expect(throws: RegistryError.self) { try await trip.pull() }
    expect(error, wanted)
  }

  @Test("exit codes: 69 for a registry that fails, 77 for one that refuses")
  func exitCodes() {
    let failing: [RegistryError.Code] = [.unreachable, .unavailable, .notFound, .mismatch, .refused, .unsafe]
    #expect(failing.allSatisfy { $0.exitCode == 69 })
    #expect([RegistryError.Code.unauthorized, .denied, .immutable].allSatisfy { $0.exitCode == 77 })
  }

  @Test("a repository that ECR does not have, which it says by closing the connection")
  func missingRepository() async throws {
    let registry = try FaultyRegistry(Manner { $0.repositories = ["team/other"] })
    let error = await #expect(throws: RegistryError.self) {
      try await RoundTrip(registry, image).push()
    }
    #expect(error?.code == .unavailable)
    #expect(registry.count(.checkManifest) == RetryPolicy().tries)
  }

  @Test("an immutable tag that names another image")
  func immutable() async throws {
    let registry = try FaultyRegistry(.ecr)
    try await RoundTrip(registry, image).push()
    let other = try TestImage(seed: 9)
    let error = await #expect(throws: RegistryError.self) {
      try await RoundTrip(registry, other).push()
    }
    #expect(error?.code == .immutable)
    #expect(error?.message.contains("names \(image.digest), not \(other.digest)") == true)
    RoundTrip(registry, image).expectStored()
  }

  @Test("a registry that forgets a blob before its manifest comes")
  func unknownBlob() async throws {
    let body = Self.refusal("MANIFEST_BLOB_UNKNOWN", "blob unknown to registry: sha256:abc")
    let registry = try FaultyRegistry(
      Manner(), FaultSchedule([.init(.status(404, body: body), at: .putManifest, times: .max)]))
    let error = await #expect(throws: RegistryError.self) {
      try await RoundTrip(registry, image).push()
    }
    #expect(error?.code == .notFound)
    #expect(error?.reported == ["MANIFEST_BLOB_UNKNOWN"])
  }

  @Test("wrong credentials, and none", arguments: [Manner.Authentication.basic, .bearer])
  func credentials(authentication: Manner.Authentication) async throws {
    let registry = try FaultyRegistry(Manner { $0.authentication = authentication })
    for credentials in [nil, Credentials.password(user: "AWS", password: "my secret")] {
      let error = await #expect(throws: RegistryError.self) {
        _ = try await RegistryClient.patient { _ in credentials }
          .push(image.push(), to: RoundTrip(registry, image).target)
      }
      #expect(error?.code == .unauthorized)
      #expect(error?.description.contains("secret") == false)
    }
  }

  @Test(
    "a token server that fails for good",
    arguments: [
      Case(.close, at: .token, .unavailable, "GET token for"),
      Case(.status(500), at: .token, .unavailable, "500 Internal Server Error"),
      Case(.status(403, body: #"{"error": "access_denied"}"#), at: .token, .denied, "access_denied"),
      Case(.body(Array(#"{"token": ""}"#.utf8)), at: .token, .refused, "no token in the answer"),
      Case(.body(Array(#"{"token": 7, "expires_in": 1e999}"#.utf8)), at: .token, .refused, "no token in the answer"),
      Case(.body([0xFF]), at: .token, .refused, "no token in the answer"),
      Case(.body(Array(#"{"token": "other"}"#.utf8)), at: .token, .unauthorized, "401 Unauthorized"),
      Case(.endlessBody(status: 200), at: .token, .refused, "longer than"),
      Case(.endlessHeaders, at: .token, .refused, "headers are longer than"),
      Case(.redirectLoop, at: .token, .refused, "307"),
    ])
  func tokenServer(wanted: Case) async throws {
    let registry = try FaultyRegistry(
      Manner { $0.authentication = .bearer }, FaultSchedule([.init(wanted.fault, at: wanted.kind, times: .max)]))
    let error = await #expect(throws: RegistryError.self) { try await RoundTrip(registry, image).push() }
    expect(error, wanted)
  }

  @Test(
    "nothing lasts past the deadline: a registry that says nothing, or a byte now and then", .timeLimit(.minutes(5)),
    arguments: [Fault.silence, .slowDrip], [RequestKind.checkManifest, .fetchManifest, .fetchBlob])
  func deadline(fault: Fault, kind: RequestKind) async throws {
    let registry = try FaultyRegistry(Manner(), FaultSchedule([.init(fault, at: kind, times: .max)]))
    try registry.keep(Array(image.blobs.values), manifest: image.manifest, as: "v1", in: RoundTrip.repository)
    // The only tests for which time passes: libcurl has its own clock. On a busy machine it is much later than the second.
    let client = RegistryClient(.init(retry: RetryPolicy(deadline: .seconds(1)))) { _ in nil }
    let trip = RoundTrip(registry, image)
    let error = await #expect(throws: RegistryError.self) {
      if kind == .checkManifest { _ = try await client.check(trip.target) } else { try await trip.pull(by: client) }
    }
    #expect(error?.code == .unavailable)
  }
}
