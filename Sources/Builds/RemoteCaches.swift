import Layers
import OCI
import Synchronization

/// The caches of other machines that a process may use: each is asked for its content once, when a step is first not in the
/// cache of this machine, and for a layer when its bytes are needed. Whatever is wrong with them is a notice, and no error.
package final class RemoteCaches: Sendable {
  private let caches: [any RemoteCache]
  private let notice: @Sendable (String) -> Void
  private let state = Mutex(State())

  private struct State {
    var reading: Task<Known, Never>?
    /// What was read.
    var known: Known?
    /// Layers on their way here, so that no two stages fetch one.
    var fetching: [Digest: Task<Void, any Error>] = [:]
    /// Blobs that could not be had.
    var lost: Set<Digest> = []
  }

  /// What all of them know.
  struct Known: Sendable {
    var content = CacheContent()
    /// By the blob's digest, those that have it.
    var places: [Digest: [any RemoteCache]] = [:]
  }

  /// - Parameters:
  ///   - caches: the first that knows a step counts.
  ///   - notice: takes a sentence that the user should know.
  package init(_ caches: [any RemoteCache], notice: @escaping @Sendable (String) -> Void = { _ in }) {
    self.caches = caches
    self.notice = notice
  }

  /// What is known of a step; nil for one whose layer could not be had.
  func step(_ key: StepKey) async -> StepRecord? {
    guard let record = await known.content.steps[key.hex] else { return nil }
    guard let layer = record.layer else { return record }
    return await has(layer) ? record : nil
  }

  /// What is known of a base; nil for one of which a layer could not be had.
  func base(_ key: StepKey) async -> BaseRecord? {
    guard let record = await known.content.bases[key.hex] else { return nil }
    for layer in record.layers where await !has(layer) { return nil }
    return record
  }

  /// The packed folder of a cache mount; nil for one that nobody has left.
  func mount(_ id: String) async -> Layer? {
    guard let layer = await known.content.mounts[id], await has(layer) else { return nil }
    return layer
  }

  /// Tells of a cache mount that was left there, and cannot be had.
  func tellLost(_ id: String, _ error: any Error) {
    let cause = (error as? LostLayer)?.cause ?? Self.message(of: error)
    notice("the cache mount \(id) begins empty, as what another machine has left cannot be had: \(cause)")
  }

  /// What has been read so far; nobody is asked for it. A step that is not in the cache has asked before it is done.
  var present: CacheContent? { state.withLock { $0.known?.content } }

  /// The blobs that are there, as far as is known.
  var blobs: Set<Digest> {
    get async {
      let places = await known.places
      return state.withLock { Set(places.keys).subtracting($0.lost) }
    }
  }

  /// Whether the layer's bytes are there, as far as is known.
  func has(_ layer: Layer) async -> Bool {
    let digest = layer.descriptor.digest
    guard await known.places[digest] != nil else { return false }
    return state.withLock { !$0.lost.contains(digest) }
  }

  /// The names of the caches that have a blob; nothing is asked for that was not asked for before.
  package func places(of digest: Digest) -> [String] {
    state.withLock { $0.lost.contains(digest) ? nil : $0.known?.places[digest] }?.map(\.name) ?? []
  }

  /// Brings a layer's blob into `store`.
  ///
  /// - Throws: `LostLayer` when no cache has it any more; `CancellationError`.
  func fetch(_ layer: Layer, into store: BlobStore) async throws {
    let digest = layer.descriptor.digest
    let places = await known.places[digest] ?? []
    let task = state.withLock { state in
      if let task = state.fetching[digest] { return task }
      let task = Task { try await Self.fetch(layer, from: places, into: store) }
      state.fetching[digest] = task
      return task
    }
    defer { state.withLock { $0.fetching[digest] = nil } }
    do {
      try await withTaskCancellationHandler {
        try await task.value
      } onCancel: {
        task.cancel()
      }
    } catch let error as LostLayer {
      try Task.checkCancellation()
      forget(digest)
      throw error
    }
  }

  /// From now on the blob is not there: it could not be had, or was not what its digest says.
  func forget(_ digest: Digest) { state.withLock { _ = $0.lost.insert(digest) } }

  private static func fetch(_ layer: Layer, from places: [any RemoteCache], into store: BlobStore) async throws {
    var causes: [String] = []
    for place in places {
      do {
        return try await place.fetch(layer.descriptor, into: store)
      } catch {
        try Task.checkCancellation()
        causes.append("\(place.name): \(message(of: error))")
      }
    }
    throw LostLayer(layer: layer, cause: causes.isEmpty ? "no cache has it" : causes.joined(separator: "; "))
  }

  private static func message(of error: any Error) -> String {
    switch error {
    case let error as LayerError: error.message
    case let error as BuildError: error.message
    default: "\(error)"
    }
  }

  /// Nobody has to wait for what nobody asks for.
  private var known: Known {
    get async {
      if caches.isEmpty { return Known() }
      let task = state.withLock { state in
        if let task = state.reading { return task }
        let task = Task { await read() }
        state.reading = task
        return task
      }
      return await withTaskCancellationHandler {
        await task.value
      } onCancel: {
        task.cancel()
      }
    }
  }

  private func read() async -> Known {
    var known = Known()
    let contents = await withTaskGroup(of: (Int, CacheContent?).self) { group in
      for (number, cache) in caches.enumerated() { group.addTask { (number, await self.content(of: cache)) } }
      return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
    }
    for (number, cache) in caches.enumerated() {
      guard let content = contents[number] else { continue }
      for blob in content.blobs { known.places[blob.digest, default: []].append(cache) }
      var merged = content
      merged.merge(known.content)
      known.content = merged
    }
    state.withLock { [known] in $0.known = known }
    return known
  }

  private func content(of cache: any RemoteCache) async -> CacheContent? {
    do {
      return try await cache.content()
    } catch {
      if !Task.isCancelled { notice("the cache \(cache.name) is not used: \(Self.message(of: error))") }
      return nil
    }
  }
}

/// A layer that no other machine's cache gives any more. The step that made it is done again.
struct LostLayer: Error {
  var layer: Layer
  var cause: String

  /// For those who cannot make the layer again.
  var error: BuildError {
    BuildError(
      code: .machine, message: "the layer \(layer.descriptor.digest) is not here: \(cause)",
      hint: "build the image again, with --no-cache if this happens again")
  }
}
