import FaultyRegistries
import Foundation
import OCI
import Synchronization
import Testing

@testable import Registries

/// Random faults at random requests, always the same ones: every push and pull ends in success with equal digests, or in a
/// clear error; and when the faults end, the next run goes through.
///
/// `IMAGESMITH_FUZZ_ROUNDS=2000 swift test --filter FaultSchedule` goes on for longer, with new schedules.
@Suite("Fault schedules")
struct FaultScheduleTests {

  private static let rounds =
    ProcessInfo.processInfo.environment["IMAGESMITH_FUZZ_ROUNDS"].flatMap { UInt64($0) } ?? 200

  private static func manner(_ seed: UInt64) -> Manner {
    var generator = SplitMix64(seed: seed)
    func one<Value>(_ values: [Value]) -> Value { values[Int.random(in: values.indices, using: &generator)] }
    if seed % 8 == 0 { return .ecr }
    return Manner {
      $0.authentication = one([nil, .basic, .bearer])
      $0.saysExpiredInText = one([true, false])
      $0.mount = one([201, 202, 404, 405])
      $0.locations = one([.path, .absolute, .relative, .elsewhere])
      $0.isImmutable = one([true, false])
      $0.chunkStatus = one([201, 202])
      $0.rangeSticks = one([true, false])
      $0.redirectsBlobs = one([true, false])
      $0.closesEachConnection = one([false, false, true])
    }
  }

  /// - Returns: the error that it ended with; nil for success.
  private static func attempt(_ comment: Comment, _ body: () async throws -> Void) async throws -> RegistryError? {
    do {
      try await body()
      return nil
    } catch let error as RegistryError {
      #expect(!error.message.isEmpty && !error.message.contains(where: \.isNewline), comment)
      #expect([69, 77].contains(error.code.exitCode), "\(comment): \(error.code) \(error)")
      return error
    }
  }

  private static func run(seed: UInt64, _ image: TestImage) async throws -> [RegistryError?] {
    let comment = Comment(rawValue: "seed \(seed)")
    let registry = try FaultyRegistry(manner(seed), FaultSchedule(seed: seed))
    // ECR's chunks are larger than the image.
    let takesChunks = seed % 8 != 0 && seed % 5 < 2
    let trip = RoundTrip(
      registry, image, smallSize: seed % 2 == 0 ? 0 : 64 << 10, chunkSize: takesChunks ? 1500 : nil)
    if seed % 3 == 0 {
      try registry.keep(Array(image.blobs.values), manifest: image.manifest, as: "v1", in: "team/base")
    }
    let bases = ["team/base"]
    let pushed = try await attempt(comment) { try await trip.push(mountFrom: bases, comment) }
    // What failed goes through when the faults are over.
    registry.follow()
    if pushed != nil { try await trip.push(mountFrom: bases, comment) }
    registry.follow(FaultSchedule(seed: ~seed))
    let pulled = try await attempt(comment) { try await trip.pull(by: nil, comment) }
    registry.follow()
    if pulled != nil { try await trip.pull(by: nil, comment) }
    return [pushed, pulled]
  }

  @Test("success with equal digests or a clear error, and success once the faults are over", .timeLimit(.minutes(10)))
  func schedules() async throws {
    let image = try TestImage()
    let outcomes = try await (0..<Self.rounds).mapConcurrently(limit: 4) { seed in
      do {
        return try await Self.run(seed: seed, image)
      } catch {
        Issue.record("seed \(seed): \(error)")
        return []
      }
    }
    let errors = outcomes.flatMap(\.self)
    let failed = errors.count { $0 != nil }
    // Neither all nor none: else the schedules would test nothing.
    #expect(failed > errors.count / 20 && failed < errors.count * 3 / 4, "\(failed) of \(errors.count)")
    let kinds = Set(errors.compactMap { $0?.code.exitCode })
    #expect(kinds.contains(69))
  }
}
