import FaultyRegistries
import OCI
import Testing

@testable import Registries

/// Faults of uploads in chunks: what arrives is what was sent, whatever the registry says of it in between.
@Suite("Faults of chunks", .serialized)
struct ChunkFaultTests {
  private let image: TestImage

  init() throws { image = try TestImage() }

  private static let chunkSize = 2000

  @discardableResult
  private func survive(_ rules: [FaultSchedule.Rule], by manner: Manner = Manner()) async throws -> FaultyRegistry {
    let registry = try FaultyRegistry(manner, FaultSchedule(rules))
    let trip = RoundTrip(registry, image, chunkSize: Self.chunkSize)
    try await trip.push()
    try await trip.pull()
    #expect(registry.count(.sendChunk) + registry.count(.sendElsewhere) > image.blobs.count)
    return registry
  }

  @Test(
    "a registry of each manner",
    arguments: [(202, false), (201, false), (202, true), (201, true)], Manner.Locations.allCases.dropLast())
  func manners(answer: (status: Int, rangeSticks: Bool), locations: Manner.Locations) async throws {
    let manner = Manner {
      $0.authentication = .bearer
      $0.chunkStatus = answer.status
      $0.rangeSticks = answer.rangeSticks
      $0.locations = locations
    }
    try await survive([], by: manner)
    try await survive([.init(.reset(afterBytes: 0), at: .sendChunk, .sendElsewhere, skip: 1)], by: manner)
  }

  @Test(
    "one that passes, at each request of an upload",
    arguments: [
      .close, .closeAfterWork, .cut(afterBytes: 20), .reset(afterBytes: 100), .resetRequest(afterBytes: 700), .drip,
      .lastAnswer, .withoutLength(bytes: 0), .interim, .expire, .forgetUploads, .garbage([1, 2, 3]), .status(500),
      .status(429, headers: ["Retry-After": "1"]), .status(404), .status(416),
      .status(400, body: #"{"errors": [{"code": "BLOB_UPLOAD_INVALID"}]}"#), .header("Range", nil),
      .header("Range", "0-4999"), .header("Range", "0-18446744073709551615"), .header("Range", "bytes=7"),
    ] as [Fault], [false, true])
  func passes(fault: Fault, rangeSticks: Bool) async throws {
    let manner = Manner {
      $0.authentication = .basic
      $0.rangeSticks = rangeSticks
    }
    for kind in [RequestKind.sendChunk, .finishUpload] {
      try await survive(
        [.init(fault, at: kind, skip: 1, times: 2), .init(fault, at: .askUpload)], by: manner)
    }
  }

  @Test("chunks no smaller than the registry wants them")
  func leastChunk() async throws {
    let registry = try FaultyRegistry(Manner { $0.smallestChunk = 4000 })
    let trip = RoundTrip(registry, image, chunkSize: Self.chunkSize)
    try await trip.push()
    #expect(registry.count(.sendChunk) < image.size / Self.chunkSize)
  }

  @Test("a Range that says more than was sent is not believed")
  func tooMuch() async throws {
    let rules: [FaultSchedule.Rule] = [
      .init(.closeAfterWork, at: .sendChunk, skip: 2, times: 3),
      .init(.header("Range", "0-999999"), at: .askUpload, times: .max),
    ]
    try await survive(rules)
  }
}
