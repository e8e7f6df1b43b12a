/// Tells an exchange that will end from one that only drips: in each window of time some bytes must move.
///
/// A rule on the rate rather than on the whole, as nobody knows how long a blob of gigabytes may take.
struct LowestRate {
  /// What went wrong, and for how long.
  struct Violation: Equatable {
    var moved: Int
    var seconds: Int
  }

  /// Bytes of each second, on the average of a window.
  static let bytes = 1 << 10

  private var start: Duration
  private var mark = 0

  init(at now: Duration) { start = now }

  /// - Parameters:
  ///   - moved: bytes in both directions since the exchange began.
  ///   - window: seconds.
  ///   - isAnswering: whether all has been sent and nothing has come: then the server is at work, and any byte will do.
  mutating func violation(at now: Duration, moved: Int, window: Int, isAnswering: Bool) -> Violation? {
    let passed = now - start
    guard passed >= .seconds(window) else { return nil }
    let bytes = moved - mark
    let wanted = isAnswering ? 1 : Self.bytes * window
    // A window that was long because nobody looked in between wants no more than one.
    guard bytes < wanted else {
      start = now
      mark = moved
      return nil
    }
    return Violation(moved: bytes, seconds: Int(passed.components.seconds))
  }
}
