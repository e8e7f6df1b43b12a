import Foundation
import Layers
import OCI
import Synchronization

@testable import Builds

/// A remote cache made of what a build on another cache has come to; it counts what is asked of it.
final class CountingCache: RemoteCache {
  let name = "type=test"
  private let bytes: [UInt8]
  private let store: BlobStore
  private let state = Mutex(State())

  private struct State {
    var asked = 0
    var fetched: [Descriptor] = []
    var missing: Set<Digest> = []
    var arrival: (@Sendable (Descriptor) async throws -> Void)?
  }

  /// - Parameter change: what spoils the content's JSON.
  init(_ outcome: Workbench.Outcome, _ change: (inout CacheContent) -> Void = { _ in }) throws {
    var content = outcome.content
    change(&content)
    bytes = try CanonicalJSON.encode(content)
    store = outcome.cache.blobs
  }

  /// One whose content cannot be read.
  init(spoilt: String, _ outcome: Workbench.Outcome) {
    bytes = Array(spoilt.utf8)
    store = outcome.cache.blobs
  }

  /// How often it was asked for its content.
  var asked: Int { state.withLock { $0.asked } }
  /// The blobs that were fetched from it.
  var fetched: [Descriptor] { state.withLock { $0.fetched } }
  var fetchedBytes: Int { fetched.reduce(0) { $0 + $1.size } }
  /// Bytes of the content.
  var size: Int { bytes.count }

  /// From now on it does not give these blobs.
  func lose(_ digests: [Digest]) { state.withLock { $0.missing.formUnion(digests) } }

  /// From now on a blob comes when `body` has returned.
  func whenAsked(_ body: @escaping @Sendable (Descriptor) async throws -> Void) { state.withLock { $0.arrival = body } }

  func content() async throws -> CacheContent? {
    state.withLock { $0.asked += 1 }
    return try CanonicalJSON.decode(CacheContent.self, from: bytes)
  }

  func fetch(_ blob: Descriptor, into target: BlobStore) async throws {
    let (isMissing, arrival) = state.withLock { state in
      state.fetched.append(blob)
      return (state.missing.contains(blob.digest), state.arrival)
    }
    try await arrival?(blob)
    if isMissing { throw LayerError(code: .notFound, message: "there is no blob \(blob.digest)") }
    var writer = try target.writer(mediaType: blob.mediaType)
    try writer.write(contentsOf: try store.open(blob.digest))
    _ = try writer.finish(expecting: blob.digest)
  }
}

/// Gives `localhost/tiny` as a registry would, and counts how often it is asked.
final class CountingBases: BaseSource {
  private let count = Atomic(0)

  var asked: Int { count.load(ordering: .relaxed) }

  func base(
    named name: String, platform: Platform, into blobs: BlobStore, except known: Set<Digest>
  ) async throws -> BaseImage {
    count.add(1, ordering: .relaxed)
    return try await LayoutBase().base(named: "oci:\(try TinyBase.layout.get())", platform: platform, into: blobs)
  }
}
