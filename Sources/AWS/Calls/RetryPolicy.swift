/// How often a call is tried, and how long is waited in between: the AWS SDKs' "standard" mode.
///
/// Source: AWS SDKs and Tools Reference Guide, "Retry behavior".
package struct RetryPolicy: Sendable, Equatable {
  /// All attempts, the first one included.
  package var attempts: Int
  /// The longest wait, in seconds.
  package var longestWait = 20.0

  package init(attempts: Int = 3) {
    self.attempts = attempts
  }

  /// The wait after the `attempt`th failure, counted from 1: doubled each time, and spread over 0 to that by `random`.
  package func wait(after attempt: Int, random: Double) -> Duration {
    var ceiling = 1.0
    for _ in 1..<max(1, attempt) where ceiling < longestWait { ceiling *= 2 }
    return .seconds(min(ceiling, longestWait) * random)
  }
}
