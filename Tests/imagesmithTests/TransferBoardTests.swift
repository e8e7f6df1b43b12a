import OCI
import Registries
import Testing

@testable import imagesmith

struct TransferBoardTests {
  private func blob(_ number: UInt8, _ size: Int) -> Descriptor {
    Descriptor(mediaType: .layer, digest: Digest(sha256: [UInt8](repeating: number, count: 32)), size: size)
  }

  private func progress(_ blob: Descriptor, _ phase: BlobProgress.Phase, _ bytes: Int = 0) -> BlobProgress {
    BlobProgress(descriptor: blob, phase: phase, bytes: bytes)
  }

  private func texts(_ lines: [ScreenLine]) -> [String] {
    lines.map { $0.right.isEmpty ? $0.left : "\($0.left) \($0.right)" }
  }

  @Test("blobs that move, with rate and time left; those that have arrived scroll away; what is there does not count")
  func transfer() {
    var board = TransferBoard("Pushing pii")
    let (large, small, there) = (blob(1, 400_000_000), blob(2, 100_000_000), blob(3, 900_000_000))
    for one in [large, small, there] { #expect(board.take(progress(one, .waiting), at: 0).isEmpty) }
    #expect(board.lines(rows: 24).isEmpty)
    #expect(board.summary == nil)
    #expect(board.take(progress(there, .existing, there.size), at: 0).isEmpty)
    _ = board.take(progress(large, .moving, 0), at: 0)
    _ = board.take(progress(small, .moving, 0), at: 0)
    _ = board.take(progress(large, .moving, 80_000_000), at: 2)
    _ = board.take(progress(small, .moving, 20_000_000), at: 2)
    #expect(
      texts(board.lines(rows: 24)) == [
        "[+] Pushing pii 100 MB of 500 MB  40.0 MB/s  10.0s left",
        " => 010101010101 80.0 MB of 400 MB  40.0 MB/s  8.0s left",
        " => 020202020202 20.0 MB of 100 MB  10.0 MB/s  8.0s left",
      ])
    #expect(texts(board.take(progress(small, .done, small.size), at: 10)) == [" => 020202020202 100 MB  10.0s"])
    #expect(board.lines(rows: 24).count == 2)
    #expect(texts(board.take(progress(blob(4, 5), .mounted, 5), at: 11)) == [" => 040404040404 mounted 5 B"])
  }

  @Test("a blob that starts again loses what it had, and nothing jumps")
  func restarted() {
    var board = TransferBoard("Pushing pii")
    let one = blob(1, 100_000_000)
    for second in 0...4 { _ = board.take(progress(one, .moving, second * 10_000_000), at: Double(second)) }
    _ = board.take(progress(one, .restarted), at: 5)
    #expect(texts(board.lines(rows: 24)).last == " => 010101010101 0 B of 100 MB")
    #expect(board.speed(of: one.digest) == nil)
    _ = board.take(progress(one, .moving, 5_000_000), at: 6)
    #expect(board.speed(of: one.digest)?.rate == 5_000_000)
    #expect(board.speed(of: one.digest)?.left == 19)
  }

  @Test("a terminal of few rows shows as many blobs as it can")
  func rows() {
    var board = TransferBoard("Pushing pii")
    for number in 1...9 { _ = board.take(progress(blob(UInt8(number), 10), .moving, 1), at: 0) }
    #expect(board.lines(rows: 5).count == 4)
    #expect(board.lines(rows: 1).count == 1)
  }

  @Test("the rate is that of the last seconds")
  func rate() {
    var rate = TransferRate()
    #expect(rate.bytesPerSecond == nil)
    for second in 0...20 { rate.add(second * 1000, at: Double(second)) }
    #expect(rate.bytesPerSecond == 1000)
    for second in 1...6 { rate.add(20_000 + second * 5000, at: 20 + Double(second)) }
    #expect(rate.bytesPerSecond == 5000)
    #expect(rate.secondsLeft(for: 10_000) == 2)
    for second in 1...9 { rate.add(50_000, at: 26 + Double(second)) }
    #expect(rate.secondsLeft(for: 10_000) == nil)
  }
}
