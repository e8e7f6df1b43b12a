import Native

/// An upload that a registry has opened, and how far it has come.
///
/// Source: OCI distribution specification v1.1, "Pushing blobs".
struct UploadSession: Sendable {
  /// Where the next request of it goes; changes with each answer.
  var url: RegistryURL
  /// Bytes that have been sent and accepted, by our own count: ECR's `Range` stays at the first chunk.
  var offset = 0
  /// The least bytes of a chunk that is not the last.
  var leastChunk = 0
  /// Whether it goes on after an error.
  var isResumed = false

  init(url: RegistryURL, headers: HTTPHeaders = [:]) {
    self.url = url
    leastChunk = headers["OCI-Chunk-Min-Length"].flatMap { Int($0) } ?? 0
  }

  /// Bytes that the registry says it has: the end of `Range: 0-N`, which includes its last byte.
  ///
  /// - Returns: nil for no range, or one that may as well mean that nothing has come.
  static func storedBytes(_ range: String?) -> Int? {
    guard let range else { return nil }
    let ends = range.drop { !$0.isNumber }.split(separator: "-", omittingEmptySubsequences: false)
    guard ends.count == 2, ends[0] == "0", let last = Int(ends[1]), last > 0, last < .max else { return nil }
    return last + 1
  }
}

/// The sizes of chunks for registries, or proxies before them, that take no body of any size.
enum ChunkSize {
  /// What is tried first after a 413. Bytes.
  static let first = 32 << 20
  /// Below it a blob of a gigabyte would take thousands of requests. Bytes.
  static let least = 256 << 10

  /// The size to try after one that was refused; nil for giving up.
  ///
  /// - Parameters:
  ///   - refused: bytes of a chunk; nil for the whole blob.
  ///   - body: bytes that were sent.
  static func smaller(than refused: Int?, body: Int) -> Int? {
    let next = min(refused.map { $0 / 4 } ?? first, body / 2)
    return next >= least ? next : nil
  }
}
