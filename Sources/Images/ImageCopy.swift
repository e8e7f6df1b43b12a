import OCI
import Registries

/// Copies an image, or an index with all that it lists, from anywhere to anywhere: the bytes of manifests, configs and
/// layers stay what they are, and with them their digests, wherever the destination can hold them.
package struct ImageCopy: Sendable {
  /// What of an index is copied.
  package enum Selection: Sendable, Equatable {
    /// The index as it is, with every image and attestation.
    case all
    /// One image; nil takes this machine's.
    case platform(Platform?)
  }

  /// Opens the destination, once what is copied has been found.
  package typealias Opener = @Sendable (_ root: Image.Document) async throws -> any CopyDestination

  package let source: any CopySource
  /// As the person named the source.
  package let name: String
  package let selection: Selection
  /// Whether what refers to the image is copied too: signatures, bills of materials, and what refers to these.
  package let hasReferrers: Bool

  package init(_ source: any CopySource, name: String, selection: Selection, hasReferrers: Bool = false) {
    self.source = source
    self.name = name
    self.selection = selection
    self.hasReferrers = hasReferrers
  }

  /// - Throws: `ImageError`, `LayerError`, `RegistryError`, `CancellationError`. Then nothing at the destination has a name
  ///   that it did not have before.
  package func run(to open: Opener, progress: ProgressReceiver? = nil) async throws -> CopyResult {
    let named = try await source.manifest(nil)
    var result = CopyResult(root: named.descriptor)
    var root = named
    if case .platform(let platform) = selection {
      root = try await choose(platform, from: named, &result)
      result.root = root.descriptor
    }
    let destination = try await open(root)
    let digests = try await bring(root, to: destination, &result, progress, leavesRoot: true)
    let referrers = hasReferrers ? try await referrers(of: digests) : []
    for referrer in referrers { _ = try await bring(referrer, to: destination, &result, progress, leavesRoot: false) }
    result.referrers = referrers.count
    try Task.checkCancellation()
    result.outcome = try await destination.finish(root, referrers: referrers.map(\.descriptor))
    return result
  }

  /// Brings all that a manifest or index leads to.
  ///
  /// - Parameter leavesRoot: whether the root itself comes later, with its names.
  /// - Returns: the digests of all its manifests, also of those that were there.
  private func bring(
    _ root: Image.Document, to destination: any CopyDestination, _ result: inout CopyResult,
    _ progress: ProgressReceiver?, leavesRoot: Bool
  ) async throws -> [Digest] {
    if root.descriptor.mediaType.isManifest, try await destination.has(root.descriptor) {
      return [root.descriptor.digest]
    }
    let plan = try await CopyPlan(root, from: source, name: name, to: destination)
    result.foreign += plan.foreign.count
    // Side by side the biggest comes first, so that none is left to run alone at the end.
    let blobs = destination.concurrency > 1 ? plan.blobs.sorted { $0.size > $1.size } : plan.blobs
    let arrivals = try await blobs.mapConcurrently(limit: destination.concurrency) { [source] blob in
      try Task.checkCancellation()
      return try await destination.take(blob, from: source, progress: progress)
    }
    for (blob, arrival) in zip(blobs, arrivals) { result.count(blob, arrival) }
    for manifest in leavesRoot ? plan.manifests.dropLast() : plan.manifests[...] {
      try Task.checkCancellation()
      try await destination.take(manifest)
    }
    result.manifests += plan.manifests.count
    return plan.digests
  }

  /// What refers to the manifests, and what refers to that.
  private func referrers(of digests: [Digest]) async throws -> [Image.Document] {
    var found: [Image.Document] = []
    var seen = Set(digests)
    var asked = digests
    while !asked.isEmpty {
      let lists = try await asked.mapConcurrently(limit: 8) { [source] in try await source.referrers(of: $0) }
      let new = lists.flatMap(\.self).filter { seen.insert($0.digest).inserted }
      guard found.count + new.count <= Self.referrerLimit else {
        throw ImageError(.limit, "more than \(Self.referrerLimit) manifests refer to \(name)")
      }
      found += try await new.mapConcurrently(limit: 8) { [source] descriptor in
        var document = try await source.manifest(descriptor)
        document.descriptor = descriptor
        return document
      }
      asked = new.map(\.digest)
    }
    return found
  }

  private static let referrerLimit = 1000

  private func choose(
    _ platform: Platform?, from named: Image.Document, _ result: inout CopyResult
  ) async throws -> Image.Document {
    guard named.descriptor.mediaType.isIndex else {
      if let platform { try await require(platform, of: named) }
      return named
    }
    var found = named
    for _ in 0..<4 where found.descriptor.mediaType.isIndex {
      let index = try Image.decode(
        ImageIndex.self, found.bytes, "the index \(found.descriptor.digest) of \(name)")
      let child = try Image.choose(from: index, for: platform, of: name)
      result.choice = CopyResult.Choice(platform: child.platform ?? platform ?? .host, count: index.manifests.count)
      found = try await source.manifest(child)
      found.descriptor.platform = child.platform
    }
    return found
  }
}

extension ImageCopy {
  /// That an image which is alone is for the platform that was asked for; what is no image is for all.
  private func require(_ platform: Platform, of manifest: Image.Document) async throws {
    guard let content = try? Image.manifest(manifest, of: name), content.config.size <= Image.documentLimit else {
      return
    }
    let memory = MemoryBlobWriter()
    try await source.send(content.config, to: memory, progress: nil)
    let config = try Image.decode(ImageConfig.self, memory.bytes, "the config \(content.config.digest) of \(name)")
    guard config.platform.satisfies(platform) else {
      throw ImageError(
        .notFound, "\(name) is an image for \(config.platform), and for no other", hint: "leave out --platform")
    }
  }
}

/// What a copy did. Bytes are those of blobs, each of which counts once.
package struct CopyResult: Sendable, Equatable {
  /// The one of several images that was taken.
  package struct Choice: Sendable, Equatable {
    package var platform: Platform
    /// How many manifests the index lists.
    package var count: Int
  }

  /// What was copied, as the source has it.
  package var root: Descriptor
  package var choice: Choice?
  package var outcome: CopyOutcome?
  /// Manifests and indexes that have been sent.
  package var manifests = 0
  package var uploaded = 0
  package var mounted = 0
  package var existing = 0
  /// Manifests that refer to what was copied, and came with it.
  package var referrers = 0
  /// Layers that were left where they are, as nobody else may distribute them.
  package var foreign = 0

  init(root: Descriptor) { self.root = root }

  fileprivate mutating func count(_ blob: Descriptor, _ arrival: BlobArrival) {
    switch arrival {
    case .uploaded: uploaded += blob.size
    case .mounted: mounted += blob.size
    case .existing: existing += blob.size
    }
  }
}
