/// How often and how soon a request that failed for a passing reason is made again.
///
/// Full jitter: each wait is drawn evenly between nothing and a ceiling that doubles, so that many clients that were
/// turned away together do not come back together.
package struct RetryPolicy: Sendable {
  /// The most times one request, or one blob's upload, is tried.
  package var tries: Int
  /// The most times where nobody answers at all: a wrong address should not take long to say so.
  package var connectTries: Int
  /// The first ceiling.
  package var base: Duration
  /// The highest ceiling.
  package var cap: Duration
  /// The longest that a registry's `Retry-After` is obeyed.
  package var longestRetryAfter: Duration
  /// From the start of an operation: no try starts after it, and none outlasts it.
  package var deadline: Duration

  package init(
    tries: Int = 7, connectTries: Int = 3, base: Duration = .milliseconds(300), cap: Duration = .seconds(20),
    longestRetryAfter: Duration = .seconds(90), deadline: Duration = .seconds(7200)
  ) {
    self.tries = tries
    self.connectTries = connectTries
    self.base = base
    self.cap = cap
    self.longestRetryAfter = longestRetryAfter
    self.deadline = deadline
  }

  /// How long to wait after the `failures`th failure, counted from 1.
  ///
  /// - Parameter random: evenly from 0 to 1.
  func delay(after failures: Int, asked: Duration?, random: Double) -> Duration {
    let ceiling = min(base * (1 << min(failures - 1, 16)), cap)
    let jitter = ceiling * random
    // Who asked to be left alone is left alone at least so long; the jitter on top spreads the clients that it told.
    return asked.map { min($0, longestRetryAfter) + min(jitter, .seconds(1)) } ?? jitter
  }
}

/// Time and chance, so that tests can have their own.
package struct Timekeeper: Sendable {
  /// Since some fixed moment.
  package var now: @Sendable () -> Duration
  /// - Throws: `CancellationError`.
  package var sleep: @Sendable (Duration) async throws -> Void
  /// Evenly from 0 to 1.
  package var random: @Sendable () -> Double

  package init(
    now: @escaping @Sendable () -> Duration, sleep: @escaping @Sendable (Duration) async throws -> Void,
    random: @escaping @Sendable () -> Double
  ) {
    self.now = now
    self.sleep = sleep
    self.random = random
  }

  package static let system = Timekeeper(
    now: {
      ContinuousClock.now - start
    },
    sleep: { try await Task.sleep(for: $0) },
    random: { Double.random(in: 0...1) })

  private static let start = ContinuousClock.now
}

/// When an operation began and what it may still take.
struct Deadline: Sendable {
  let end: Duration
  let timekeeper: Timekeeper

  init(_ policy: RetryPolicy, _ timekeeper: Timekeeper) {
    end = timekeeper.now() + policy.deadline
    self.timekeeper = timekeeper
  }

  var remaining: Duration { end - timekeeper.now() }
  /// Whole seconds, at least 1, as libcurl counts.
  var remainingSeconds: Int { max(1, Int(remaining.components.seconds)) }
}

extension RetryPolicy {
  /// Makes `body` again for as long as it fails for a passing reason, tries are left, and the deadline is not near.
  ///
  /// - Parameter progress: bytes that are done and stay so. Tries count anew when a mebibyte more of them is.
  func run<Value: Sendable>(
    until deadline: Deadline, progress: () -> Int = { 0 }, _ body: () async throws -> Value
  ) async throws -> Value {
    var failures = 0
    var mark = progress()
    while true {
      do {
        return try await body()
      } catch var error as RegistryError where error.isTemporary {
        if progress() - mark >= 1 << 20 {
          mark = progress()
          failures = 0
        }
        failures += 1
        let limit = error.code == .unreachable ? connectTries : tries
        let delay = delay(after: failures, asked: error.retryAfter, random: deadline.timekeeper.random())
        guard failures < limit, delay < deadline.remaining else {
          if failures > 1 { error.message += ", \(failures) times" }
          throw error
        }
        try await deadline.timekeeper.sleep(delay)
      }
    }
  }
}
