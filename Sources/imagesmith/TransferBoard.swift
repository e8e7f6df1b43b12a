import OCI
import Registries

/// How far the blobs of one push or pull have come at a moment: a function of what was told so far, and of the time, in
/// seconds.
struct TransferBoard {
  private struct Blob {
    var digest: Digest
    var total: Int
    var bytes = 0
    var phase: BlobProgress.Phase
    /// When the first byte moved.
    var began: Double?
    var rate = TransferRate()
  }

  /// Such as `Pushing pii`.
  private let title: String
  private var blobs: [Blob] = []
  private var places: [Digest: Int] = [:]
  private var rate = TransferRate()

  init(_ title: String) { self.title = title }

  /// Whether bytes move, or moved.
  private(set) var hasBegun = false

  /// Takes in what was told. Returns the lines that are final by it.
  mutating func take(_ progress: BlobProgress, at time: Double) -> [ScreenLine] {
    let digest = progress.descriptor.digest
    let place = places[digest] ?? blobs.count
    if place == blobs.count {
      places[digest] = place
      blobs.append(Blob(digest: digest, total: progress.total, phase: progress.phase))
    }
    blobs[place].phase = progress.phase
    switch progress.phase {
    case .waiting: return []
    case .existing: return []
    case .mounted: return [ScreenLine(" => \(digest.short) mounted", right: ByteCount.text(progress.total), .blue)]
    case .moving, .restarted:
      hasBegun = true
      blobs[place].bytes = progress.bytes
      blobs[place].began = blobs[place].began ?? time
      blobs[place].rate.add(progress.bytes, at: time)
      rate.add(moved, at: time)
      return []
    case .done:
      blobs[place].bytes = progress.total
      rate.add(moved, at: time)
      let seconds = blobs[place].began.map { "  " + StepText.seconds(time - $0) } ?? ""
      return [ScreenLine(" => \(digest.short)", right: ByteCount.text(progress.total) + seconds, .blue)]
    }
  }

  /// What is live, for a terminal of so many rows.
  func lines(rows: Int) -> [ScreenLine] {
    guard hasBegun else { return [] }
    let moving = blobs.filter { [.moving, .restarted].contains($0.phase) }
    // One row is the cursor's, one the title's.
    let shown = moving.prefix(max(rows - 2, 0))
    return [ScreenLine("[+] \(title)", right: Self.text(moved, of: total, rate))]
      + shown.map { ScreenLine(" => \($0.digest.short)", right: Self.text($0.bytes, of: $0.total, $0.rate)) }
  }

  /// All of it in one line; nil before the first byte has moved.
  var summary: String? { hasBegun ? "\(title): \(Self.text(moved, of: total, rate))" : nil }

  /// Of a blob: bytes a second, and seconds that are left.
  func speed(of digest: Digest) -> (rate: Double, left: Double)? {
    guard let place = places[digest], let rate = blobs[place].rate.bytesPerSecond,
      let left = blobs[place].rate.secondsLeft(for: blobs[place].total - blobs[place].bytes)
    else { return nil }
    return (rate, left)
  }

  // What is there or is mounted is no work.
  private var travellers: some Sequence<Blob> { blobs.lazy.filter { ![.existing, .mounted].contains($0.phase) } }
  private var moved: Int { travellers.reduce(0) { $0 + $1.bytes } }
  private var total: Int { travellers.reduce(0) { $0 + $1.total } }

  private static func text(_ bytes: Int, of total: Int, _ rate: TransferRate) -> String {
    var parts = ["\(ByteCount.text(bytes)) of \(ByteCount.text(total))"]
    if let speed = rate.bytesPerSecond { parts.append("\(ByteCount.text(Int(speed)))/s") }
    if bytes < total, let left = rate.secondsLeft(for: total - bytes) {
      parts.append("\(StepText.seconds(left.rounded(.up))) left")
    }
    return parts.joined(separator: "  ")
  }
}
