import Testing

@testable import Registries

@Suite("Slots of transfers")
struct TransferSlotsTests {
  private struct Failure: Error {}

  private func fail(_ slots: TransferSlots, _ error: any Error) async {
    _ = try? await slots.run { throw error }
  }

  @Test("429 halves them, down to one; what goes well gives one back each; other errors change nothing")
  func limit() async throws {
    let slots = TransferSlots(5)
    let tooMuch = RegistryError(code: .unavailable, message: "", status: 429)
    await fail(slots, tooMuch)
    #expect(slots.limit == 2)
    await fail(slots, RegistryError(code: .unavailable, message: "", reported: ["TOOMANYREQUESTS"]))
    #expect(slots.limit == 1)
    await fail(slots, tooMuch)
    await fail(slots, RegistryError(code: .unavailable, message: "", status: 503))
    #expect(slots.limit == 1)
    for expected in [2, 3, 4, 5, 5] {
      try await slots.run {}
      #expect(slots.limit == expected)
    }
  }

  @Test("who waits gets a slot in turn; who is cancelled while waiting leaves, and holds nobody up")
  func waiting() async throws {
    let slots = TransferSlots(1)
    let (gate, opener) = AsyncStream.makeStream(of: Void.self)
    let (entered, enter) = AsyncStream.makeStream(of: Void.self)
    let first = Task {
      try await slots.run {
        enter.finish()
        for await _ in gate {}
      }
    }
    for await _ in entered {}
    let cancelled = Task { try await slots.run {} }
    cancelled.cancel()
    await #expect(throws: CancellationError.self) { try await cancelled.value }
    let next = Task { try await slots.run { 7 } }
    opener.finish()
    try await first.value
    #expect(try await next.value == 7)
    #expect(try await slots.run { 8 } == 8)
  }
}
