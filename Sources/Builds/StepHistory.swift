import Glibc
import Layers
import Native
import OCI

/// What the steps of a Dockerfile were made of when it was built last: a small file for each step, by where it stands. It
/// serves `--explain` alone; without it nothing but an answer is lost.
struct StepHistory: Sendable {
  /// Where a step stands: the same in the next build of the same Dockerfile.
  struct Place: Sendable {
    var context: String
    var file: String
    var platform: String
    /// The stage's number.
    var stage: Int
    /// The step's number in it.
    var step: Int
  }

  /// The folder that holds the files.
  let directory: String

  private static let mark = Array("imagesmith inputs 1\n".utf8)

  /// The key that the step had; nil when it is not known.
  func key(at place: Place) throws -> StepKey? {
    guard let file = try? FileDescriptor.open(path(of: place)) else { return nil }
    let count = Self.mark.count + 64
    let head = try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      filled = try file.read(into: UnsafeMutableRawBufferPointer(buffer))
    }
    guard head.count == count, head.starts(with: Self.mark) else { return nil }
    return StepKey(hex: String(decoding: head[Self.mark.count...], as: UTF8.self))
  }

  /// The inputs that the step had; nil when they are not known.
  func inputs(at place: Place) throws -> StepInputs? {
    guard let file = try? FileDescriptor.open(path(of: place)),
      let bytes = try? file.readAll(limit: StepInputs.limit + (1 << 16)), bytes.starts(with: Self.mark),
      bytes.count > Self.mark.count + 64
    else { return nil }
    return StepInputs(bytes: Array(bytes[(Self.mark.count + 64)...]))
  }

  /// Keeps what the step has now: whole or not at all, but perhaps not through a power cut.
  func keep(_ inputs: StepInputs, _ key: StepKey, at place: Place) throws {
    guard key.hex.utf8.count == 64 else { return }
    try AtomicFile.write(
      Self.mark + Array(key.hex.utf8) + inputs.bytes, to: path(of: place), isSynchronized: false)
  }

  private func path(of place: Place) throws -> String {
    var hasher = try StepKeyHasher("place")
    try hasher.add([place.context, place.file, place.platform, String(place.stage), String(place.step)])
    return "\(directory)/\(try hasher.finish().hex.prefix(32))"
  }
}
