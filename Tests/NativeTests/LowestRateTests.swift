import Testing

@testable import Native

@Suite("The lowest rate of an exchange")
struct LowestRateTests {
  private func violation(_ steps: [(seconds: Int, moved: Int)], isAnswering: Bool = false) -> LowestRate.Violation? {
    var rate = LowestRate(at: .zero)
    for step in steps {
      let now = Duration.seconds(step.seconds)
      if let slow = rate.violation(at: now, moved: step.moved, window: 60, isAnswering: isAnswering) { return slow }
    }
    return nil
  }

  @Test("a kibibyte a second is enough, on the average of each window")
  func enough() {
    #expect(violation((0...600).map { ($0, $0 * 1024) }) == nil)
    #expect(violation([(59, 0), (60, 61_440), (119, 61_440), (120, 122_880)]) == nil)
  }

  @Test("a drip is not, however long it goes on, nor what stands still after a quick start")
  func drip() {
    #expect(violation((0...600).map { ($0, $0 * 100) }) == .init(moved: 6000, seconds: 60))
    #expect(violation([(1, 1 << 30), (60, 1 << 30), (120, 1 << 30)]) == .init(moved: 0, seconds: 60))
    #expect(violation([(59, 0)]) == nil)
  }

  @Test("while the server is at work one byte is, and none is not")
  func answering() {
    #expect(violation([(60, 1), (120, 2)], isAnswering: true) == nil)
    #expect(violation([(60, 1), (120, 1)], isAnswering: true) == .init(moved: 0, seconds: 60))
  }
}
