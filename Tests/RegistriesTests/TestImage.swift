import Native
import OCI
import Synchronization

@testable import Registries

/// A real image of a few small layers, in files.
struct TestImage {
  let directory: TemporaryDirectory
  let manifest: [UInt8]
  let content: Manifest
  let blobs: [Digest: [UInt8]]
  let files: [Digest: String]
  let digest: Digest

  /// - Parameter seed: images of the same seed are the same.
  init(seed: UInt8 = 1, layers: Int = 3, layerSize: Int = 5000) throws {
    let directory = try TemporaryDirectory()
    var blobs: [Digest: [UInt8]] = [:]
    var files: [Digest: String] = [:]
    func keep(_ bytes: [UInt8], _ mediaType: MediaType) throws -> Descriptor {
      let digest = Digest(sha256: try SHA256.hash(bytes))
      blobs[digest] = bytes
      files[digest] = try directory.write(digest.hex, bytes)
      return Descriptor(mediaType: mediaType, digest: digest, size: bytes.count)
    }
    var state = UInt64(seed) &+ 88_172_645_463_325_252
    var diffIDs: [DiffID] = []
    let layers = try (0..<layers).map { index in
      let bytes = (0..<(layerSize + index)).map { _ in
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return UInt8(truncatingIfNeeded: state)
      }
      diffIDs.append(DiffID(Digest(sha256: try SHA256.hash(bytes))))
      return try keep(bytes.gzip, .gzipLayer)
    }
    var config = ImageConfig(platform: Platform(architecture: "amd64"))
    config.rootfs = RootFS(diffIDs: diffIDs)
    let configDescriptor = try keep(try CanonicalJSON.encode(config), .imageConfig)
    content = Manifest(config: configDescriptor, layers: layers)
    manifest = try CanonicalJSON.encode(content)
    digest = Digest(sha256: try SHA256.hash(manifest))
    self.directory = directory
    self.blobs = blobs
    self.files = files
  }

  func push(mountFrom: [String] = []) -> PushImage {
    PushImage(manifest: manifest, files: files, mountFrom: mountFrom)
  }

  /// Bytes of all its blobs.
  var size: Int { blobs.values.reduce(0) { $0 + $1.count } }
}

/// Time that passes only when somebody sleeps.
final class ManualTime: Sendable {
  private let state = Mutex<(now: Duration, sleeps: [Duration])>((.zero, []))

  var sleeps: [Duration] { state.withLock { $0.sleeps } }

  /// Draws the middle of each range.
  var timekeeper: Timekeeper {
    Timekeeper(
      now: { self.state.withLock { $0.now } },
      sleep: { duration in
        try Task.checkCancellation()
        self.state.withLock {
          $0.now += duration
          $0.sleeps.append(duration)
        }
      }, random: { 0.5 })
  }

  func advance(by duration: Duration) {
    state.withLock { $0.now += duration }
  }
}

/// Counts how often something happened.
final class Counter: Sendable {
  private let count = Mutex(0)

  var value: Int { count.withLock { $0 } }

  @discardableResult func next() -> Int {
    count.withLock {
      $0 += 1
      return $0
    }
  }
}

extension RegistryClient {
  /// A client that waits for nothing.
  /// - Parameter smallSize: the images of tests are small, and shall mostly be treated as large ones are.
  static func patient(
    _ time: ManualTime = ManualTime(), retry: RetryPolicy = RetryPolicy(), smallSize: Int = 0,
    credentials: @escaping CredentialSource = { _ in nil }
  ) -> RegistryClient {
    RegistryClient(
      Configuration(retry: retry, smallSize: smallSize, timekeeper: time.timekeeper), credentials: credentials)
  }
}

extension [UInt8] {
  /// A gzip member of stored blocks. Source: RFC 1952; RFC 1951, section 3.2.4.
  fileprivate var gzip: [UInt8] {
    var result: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]
    for start in stride(from: 0, to: count, by: 0xFFFF) {
      let block = self[start..<Swift.min(start + 0xFFFF, count)]
      let length = UInt16(block.count)
      result += [start + block.count == count ? 1 : 0, UInt8(length & 255), UInt8(length >> 8)]
      result += [UInt8(~length & 255), UInt8(~length >> 8)]
      result += block
    }
    let sum = ~reduce(UInt32.max) { sum, byte in
      (0..<8).reduce(sum ^ UInt32(byte)) { sum, _ in sum >> 1 ^ (sum & 1 == 1 ? 0xEDB8_8320 : 0) }
    }
    for word in [sum, UInt32(count)] { result += (0..<4).map { UInt8(word >> (8 * $0) & 255) } }
    return result
  }
}
