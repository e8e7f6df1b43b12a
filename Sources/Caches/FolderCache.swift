import Builds
import Glibc
import Layers
import Native
import OCI

/// A cache that is a folder: an OCI image layout, in which a tag names the same artifact as in a registry.
///
/// Writers wait for one another. Its methods throw `CacheError` or `CancellationError`.
package struct FolderCache: RemoteCache, CacheTarget {
  package let name: String
  private let directory: String
  private let tag: String
  private let isExpected: Bool
  private let limits: CacheLimits

  /// - Parameters:
  ///   - directory: absolute; made when something is written there.
  ///   - isExpected: whether it is an error that nothing is there: nobody is going to write it.
  package init(
    directory: String, tag: String = "latest", isExpected: Bool = false,
    limits: CacheLimits = CacheLimits()
  ) {
    self.directory = directory
    self.tag = tag
    self.isExpected = isExpected
    self.limits = limits
    name = "type=local,src=\(directory)" + (tag == "latest" ? "" : ",tag=\(tag)")
  }

  package func content() async throws -> CacheContent? {
    let artifact = try await BlockingPool.shared.run { try translating(.spoilt) { try read() } }
    if artifact == nil, isExpected { throw CacheError.nothingThere }
    return artifact?.document.content
  }

  package func fetch(_ blob: Descriptor, into store: BlobStore) async throws {
    try await BlockingPool.shared.run {
      try translating(.spoilt) {
        let blobs = try ImageLayout(directory: directory).blobs
        try blobs.verify(blob.digest)
        try store.take(blob, from: blobs)
      }
    }
  }

  package func write(_ export: CacheExport) async throws -> CacheOutcome {
    // First what is elsewhere: nobody shall wait for the network under the lock.
    let blobs = try await BlockingPool.shared.run {
      try translating(.notWritten) { try ImageLayout(directory: directory).blobs }
    }
    for blob in CacheDocument().adding(export, gone: [], limits: limits)?.blobs ?? []
    where try !blobs.contains(blob.digest) && !export.blobs.contains(blob.digest) {
      for origin in export.origins where origin.name != name {
        if (try? await origin.fetch(blob, into: blobs)) != nil { break }
      }
    }
    return try await BlockingPool.shared.run { try translating(.notWritten) { try add(export) } }
  }

  private func read() throws -> CacheArtifact? {
    guard access("\(directory)/index.json", F_OK) == 0 else { return nil }
    let layout = try ImageLayout(directory: directory)
    guard let descriptor = try layout.resolve(tag) else { return nil }
    guard descriptor.mediaType.isManifest else {
      throw CacheError(
        code: .spoilt, message: "what is there is no cache, but \(descriptor.mediaType)",
        hint: "name another folder, or tag")
    }
    return try CacheArtifact(layout.blobs.read(descriptor.digest), descriptor)
  }

  /// A spoilt cache is replaced.
  private func baseOfWrite() throws -> CacheArtifact? {
    do {
      return try read()
    } catch let error as CacheError where error.code == .spoilt {
      return nil
    } catch let error as LayerError where [.corrupt, .notFound].contains(error.code) {
      return nil
    }
  }

  private func add(_ export: CacheExport) throws -> CacheOutcome {
    let layout = try ImageLayout(directory: directory)
    let lock = try FileDescriptor.open("\(directory)/.cache.lock", O_RDWR | O_CREAT, mode: 0o644)
    try lock.lock()
    let hold = try layout.holdBlobs()
    let base = try baseOfWrite()
    let gone = Set(
      try (base?.document.blobs ?? []).filter { try layout.blobs.size(of: $0.digest) != $0.size }
        .map(\.digest))
    guard var next = (base?.document ?? CacheDocument()).adding(export, gone: gone, limits: limits)
    else {
      return .unchanged
    }
    let missing = try next.blobs.filter { try layout.blobs.size(of: $0.digest) != $0.size }
    var bytes = 0
    for blob in missing where try export.blobs.contains(blob.digest) {
      try layout.blobs.take(blob, from: export.blobs)
      bytes += blob.size
    }
    let absent = Set(try missing.map(\.digest).filter { try !layout.blobs.contains($0) })
    next = next.keeping { !absent.contains($0.digest) }
    if let base, !absent.isEmpty, gone.isEmpty, next.saysTheSame(as: base.document) {
      return .unchanged
    }
    next.generation += 1
    let artifact = try CacheArtifact(next)
    _ = try layout.blobs.put(CacheArtifact.empty, mediaType: .emptyJSON)
    _ = try layout.blobs.put(artifact.bytes, mediaType: .imageManifest)
    try layout.put(artifact.descriptor, tag: tag)
    _ = consume hold
    _ = try layout.collectGarbage()
    _ = consume lock
    return .written(blobs: missing.count - absent.count, sent: bytes)
  }

  /// Failures of the file system as this target's error.
  private func translating<Value>(_ code: CacheError.Code, _ body: () throws -> Value) throws
    -> Value
  {
    do {
      return try body()
    } catch let error as LayerError {
      throw CacheError(
        code: code, message: error.message,
        hint: error.hint ?? "remove the folder, or name another one")
    } catch let error as NativeError {
      throw CacheError(code: code, message: "\(error)")
    }
  }
}
