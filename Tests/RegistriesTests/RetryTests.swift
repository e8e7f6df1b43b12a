import FaultyRegistries
import OCI
import Testing

@testable import Registries

/// How often, how soon and how much is made again.
@Suite("Retries")
struct RetryTests {
  private let image: TestImage
  private let time = ManualTime()

  init() throws { image = try TestImage() }

  @Test("Retry-After is obeyed, but not for ever")
  func retryAfter() async throws {
    let rules = ["7", "86400"].map { FaultSchedule.Rule(.status(429, headers: ["Retry-After": $0])) }
    let registry = try FaultyRegistry(Manner(), FaultSchedule(rules))
    let trip = RoundTrip(registry, image)
    #expect(try await trip.client(time).check(trip.target) == nil)
    // On top comes half of the first and second ceiling.
    #expect(time.sleeps == [.seconds(7) + .milliseconds(150), .seconds(90) + .milliseconds(300)])
  }

  @Test("tries end, and the error says how many, the status and what was said; exit 69")
  func givesUp() async throws {
    let fault = Fault.status(500, body: "<html><title>Oh\u{1B}[31m no</title></html>")
    let registry = try FaultyRegistry(Manner(), FaultSchedule([.init(fault, times: .max)]))
    let trip = RoundTrip(registry, image)
    let error = await #expect(throws: RegistryError.self) { _ = try await trip.client(time).fetchManifest(trip.target) }
    #expect(error?.code.exitCode == 69)
    #expect(error?.message == "GET manifest \(trip.target): 500 Internal Server Error: Oh [31m no, 7 times")
    #expect(registry.requests.count == 7)
  }

  @Test("the deadline ends what tries would not")
  func deadline() async throws {
    let registry = try FaultyRegistry(Manner(), FaultSchedule([.init(.status(503), times: .max)]))
    let trip = RoundTrip(registry, image)
    let client = trip.client(time, retry: RetryPolicy(tries: 1000, deadline: .seconds(60)))
    await #expect(throws: RegistryError.self) { _ = try await client.check(trip.target) }
    #expect(time.sleeps.reduce(.zero, +) < .seconds(60))
  }

  @Test("one blob starts again, not all")
  func oneBlob() async throws {
    let registry = try FaultyRegistry(Manner(), FaultSchedule([.init(.status(500), at: .finishUpload)]))
    try await RoundTrip(registry, image).push()
    #expect(registry.count(.finishUpload) == image.blobs.count + 1)
  }

  @Test("a download goes on at the byte where it broke")
  func resume() async throws {
    let registry = try FaultyRegistry(
      Manner(), FaultSchedule([.init(.cut(afterBytes: 2000), at: .fetchBlob, times: 3)]))
    let trip = RoundTrip(registry, image)
    try await trip.push()
    try await trip.pull()
    let ranges = registry.requests.compactMap(\.range)
    #expect(!ranges.isEmpty && ranges.allSatisfy { $0.hasPrefix("bytes=") && $0 != "bytes=0-" })
  }

  @Test("nothing to do is one request, once authenticated")
  func oneRequest() async throws {
    let registry = try FaultyRegistry(Manner { $0.authentication = .basic })
    let trip = RoundTrip(registry, image)
    let client = trip.client(time)
    _ = try await client.push(image.push(), to: trip.target)
    let before = registry.requests.count
    #expect(try await client.push(image.push(), to: trip.target).wasThere)
    #expect(registry.requests.count == before + 1)
  }
}
