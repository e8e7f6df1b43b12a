/// How fast bytes have moved lately: the average of some seconds, so that it neither jumps nor lags.
struct TransferRate {
  /// Seconds that count.
  private static let span = 5.0
  /// Seconds between two samples, at least.
  private static let step = 0.2

  /// Bytes since the beginning, and when; the newest last.
  private var samples: [(time: Double, bytes: Int)] = []

  /// - Parameter bytes: in all; fewer than before mean that it began anew.
  mutating func add(_ bytes: Int, at time: Double) {
    if let last = samples.last {
      if bytes < last.bytes { samples = [] } else if time - last.time < Self.step { return }
    }
    samples.append((time, bytes))
    // One that is older stays, so that a span is covered and not only begun.
    while samples.count > 2, time - samples[1].time >= Self.span { samples.removeFirst() }
  }

  /// Bytes a second; nil while it is too early to say.
  var bytesPerSecond: Double? {
    guard let first = samples.first, let last = samples.last, last.time - first.time >= Self.step else { return nil }
    return Double(last.bytes - first.bytes) / (last.time - first.time)
  }

  /// Seconds until so many more bytes have moved; nil where nobody knows.
  func secondsLeft(for bytes: Int) -> Double? {
    guard let rate = bytesPerSecond, rate >= 1 else { return nil }
    return Double(bytes) / rate
  }
}
