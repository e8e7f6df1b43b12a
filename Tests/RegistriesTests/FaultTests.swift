import FaultyRegistries
import OCI
import Testing

@testable import Registries

/// Each fault by itself, at each kind of request: what can be waited out or gone around is survived, byte for byte.
@Suite("Faults that are survived", .serialized)
struct FaultTests {
  private let image: TestImage

  init() throws { image = try TestImage() }

  /// The requests of a push and a pull.
  private static let kinds: [RequestKind] = [
    .checkManifest, .checkBlob, .startUpload, .mountBlob, .finishUpload, .putManifest, .fetchManifest, .fetchBlob,
  ]

  /// - Returns: the registry to which blobs went as large ones do; to another they went as small ones.
  private func survive(_ rules: [FaultSchedule.Rule], by manner: Manner = Manner()) async throws -> FaultyRegistry {
    let registry = try FaultyRegistry(manner, FaultSchedule(rules))
    let other = try FaultyRegistry(manner, FaultSchedule(rules))
    for trip in [RoundTrip(registry, image), RoundTrip(other, image, smallSize: 64 << 10)] {
      try await trip.push()
      try await trip.pull()
    }
    return registry
  }

  @Test(
    "the connection is reset, or ends in order, at a byte of every answer",
    arguments: [0, 1, 5, 9, 16, 30, 60, 100, 150, 200, 230, 260, 300, 400, 1000, 3000, 5200])
  func answerEnds(byte: Int) async throws {
    _ = try await survive(Self.kinds.map { FaultSchedule.Rule(.reset(afterBytes: byte), at: $0) })
    _ = try await survive(Self.kinds.map { FaultSchedule.Rule(.cut(afterBytes: byte), at: $0, times: 2) })
  }

  @Test("the connection is reset at a byte of every request", arguments: [0, 1, 200, 700, 2500, 5000, 9000])
  func requestEnds(byte: Int) async throws {
    _ = try await survive(Self.kinds.map { FaultSchedule.Rule(.resetRequest(afterBytes: byte), at: $0, times: 2) })
  }

  @Test(
    "one that passes, at every kind of request",
    arguments: [
      .close, .closeAfterWork, .drip, .lastAnswer, .garbage(Array("\u{16}\u{3}\u{1}no HTTP\r\n\r\n".utf8)),
      .garbage([]), .garbage(Array("HTTP/1.1\r\n\r\n".utf8)), .garbage(Array("HTTP/1.1 200 OK\r\nno colon".utf8)),
      .status(429), .status(429, headers: ["Retry-After": "3"], body: "slow down"),
      .status(429, body: #"{"errors": [{"code": "TOOMANYREQUESTS", "message": "Rate exceeded"}]}"#),
      .status(500), .status(502, body: "<html><head><title>502 Bad Gateway</title></head></html>"),
      .status(503, headers: ["Retry-After": "Fri, 31 Dec 1999 23:59:59 GMT"]), .status(504), .status(408),
    ] as [Fault])
  func passes(fault: Fault) async throws {
    let registry = try await survive(Self.kinds.map { FaultSchedule.Rule(fault, at: $0) })
    guard fault != .drip, fault != .lastAnswer else { return }
    for kind in Self.kinds where kind != .mountBlob { #expect(registry.count(kind) > 1) }
  }

  @Test("answers in forms that proxies and old servers give them", arguments: [0, 1, 500, .max])
  func forms(bytes: Int) async throws {
    let plain = Self.kinds.filter { $0 != .checkManifest }
    _ = try await survive(plain.map { FaultSchedule.Rule(.withoutLength(bytes: bytes), at: $0) })
    _ = try await survive([.init(.withoutLength(bytes: bytes), at: .checkManifest), .init(.chunked, times: .max)])
    _ = try await survive([FaultSchedule.Rule(.interim, times: .max)])
  }

  @Test(
    "a token server that fails in passing",
    arguments: [
      .close, .cut(afterBytes: 30), .reset(afterBytes: 60), .garbage([7]), .status(500),
      .status(429, body: "slow down"),
      .withoutLength(bytes: .max), .drip,
    ] as [Fault])
  func tokenServer(fault: Fault) async throws {
    let manner = Manner { $0.authentication = .bearer }
    _ = try await survive([.init(fault, at: .token, times: 2), .init(.expire, at: .finishUpload)], by: manner)
  }

  @Test("a list of tags, too")
  func tags() async throws {
    let rules: [Fault] = [.status(503), .cut(afterBytes: 40), .close, .chunked]
    let registry = try FaultyRegistry(Manner(), FaultSchedule(rules.map { .init($0, at: .listTags) }))
    let trip = RoundTrip(registry, image)
    try await trip.push()
    #expect(try await trip.client().tags(of: trip.target) == ["v1"])
    #expect(try await trip.client().tags(of: trip.target) == ["v1"])
  }

  @Test("500s in a burst, over all requests")
  func burst() async throws {
    _ = try await survive([FaultSchedule.Rule(.status(500), times: 4), FaultSchedule.Rule(.close, skip: 8, times: 6)])
  }

  @Test(
    "credentials that expire in mid-push, at every kind of request",
    arguments: [Manner.Authentication.basic, .bearer], [true, false])
  func expiry(authentication: Manner.Authentication, saysInText: Bool) async throws {
    let manner = Manner {
      $0.authentication = authentication
      $0.saysExpiredInText = saysInText
      $0.passwords = ["one", "two", "three", "four"]
    }
    for kind in Self.kinds { _ = try await survive([FaultSchedule.Rule(.expire, at: kind)], by: manner) }
    _ = try await survive([.init(.expire, at: .startUpload), .init(.expire, at: .finishUpload, skip: 1)], by: manner)
  }

  @Test("blobs behind a redirect that takes no authorization, which breaks as well")
  func redirected() async throws {
    let manner = Manner {
      $0.authentication = .basic
      $0.redirectsBlobs = true
    }
    let registry = try await survive(
      [.init(.cut(afterBytes: 700), at: .fetchElsewhere, times: 3), .init(.status(503), at: .fetchElsewhere)],
      by: manner)
    let elsewhere = registry.requests.filter(\.isElsewhere)
    #expect(elsewhere.count > image.blobs.count + 1)
    #expect(elsewhere.allSatisfy { $0.authorization == nil })
    #expect(elsewhere.contains { $0.range != nil })
  }

  @Test(
    "upload addresses of every kind, with and without authentication",
    arguments: [Manner.Locations.path, .absolute, .relative, .elsewhere])
  func locations(locations: Manner.Locations) async throws {
    let manner = Manner {
      $0.authentication = .bearer
      $0.locations = locations
    }
    let registry = try await survive(
      [.init(.reset(afterBytes: 0), at: .finishUpload, .sendElsewhere)], by: manner)
    let elsewhere = registry.requests.filter(\.isElsewhere)
    #expect(elsewhere.isEmpty == (locations != .elsewhere))
    #expect(elsewhere.allSatisfy { $0.authorization == nil })
  }

  @Test("an upload that vanishes, or that the registry calls spoilt, starts again")
  func lostUploads() async throws {
    let invalid = #"{"errors": [{"code": "BLOB_UPLOAD_INVALID", "message": "the upload is spoilt"}]}"#
    for fault in [Fault.forgetUploads, .status(400, body: invalid), .status(404), .status(416)] {
      let registry = try await survive([.init(fault, at: .finishUpload, times: 2)])
      #expect(registry.count(.startUpload) > image.blobs.count)
    }
  }

  @Test("a mount is taken, opens an upload, or is not known", arguments: [201, 202, 404, 405])
  func mounts(status: Int) async throws {
    let registry = try FaultyRegistry(Manner { $0.mount = status })
    try registry.keep(Array(image.blobs.values), manifest: image.manifest, as: "v1", in: "team/base")
    let trip = RoundTrip(registry, image)
    try await trip.push(mountFrom: ["team/base"])
    try await trip.pull()
    #expect(registry.count(.mountBlob) == image.blobs.count)
    #expect(registry.count(.finishUpload) == (status == 201 ? 0 : image.blobs.count))
    // The session that a refused mount opens is the one that is used.
    #expect(registry.count(.startUpload) == (status >= 400 ? image.blobs.count : 0))
  }

  @Test("ranges that are not heeded, and lengths that are wrong")
  func lengths() async throws {
    _ = try await survive([
      .init(.cut(afterBytes: 1234), at: .fetchBlob, times: 3), .init(.ignoreRange, at: .fetchBlob, times: 9),
    ])
    for off in [-1000, -1, 1, 1000] {
      _ = try await survive(Self.kinds.filter { $0 != .checkManifest }.map { .init(.length(off: off), at: $0) })
    }
  }

  @Test("a digest header that lies once, where the bytes tell the truth")
  func digestHeader() async throws {
    let lie = Fault.header("Docker-Content-Digest", "sha256:" + String(repeating: "0", count: 64))
    for kind in Self.kinds where kind != .putManifest { _ = try await survive([.init(lie, at: kind)]) }
    _ = try await survive([.init(lie, at: .finishUpload, times: .max)])
    for kind in Self.kinds {
      _ = try await survive([.init(.header("Docker-Content-Digest", nil), at: kind)])
      _ = try await survive([.init(.header("Docker-Content-Digest", "md5:beef"), at: kind)])
    }
  }

  @Test("a manifest that is damaged once on its way")
  func damagedManifest() async throws {
    _ = try await survive([.init(.spoil(byte: 100), at: .fetchManifest), .init(.body([]), at: .fetchManifest)])
  }

  @Test("a server that ends each connection after one answer")
  func oneAnswerEach() async throws {
    _ = try await survive([], by: Manner { $0.closesEachConnection = true })
  }

  @Test("an immutable tag is no error for the image that it names")
  func immutable() async throws {
    let registry = try await survive([], by: .ecr)
    // As when somebody else has pushed between the HEAD and the PUT.
    registry.follow(FaultSchedule([.init(.status(404), at: .checkManifest)]))
    try await RoundTrip(registry, image).push()
    #expect(registry.count(.putManifest) == 2)
  }

  @Test("all that ECR does")
  func ecr() async throws {
    let registry = try await survive(
      [.init(.expire, at: .startUpload, skip: 1), .init(.expire, at: .putManifest)], by: .ecr)
    #expect(registry.requests.filter(\.isElsewhere).allSatisfy { $0.authorization == nil })
  }
}
