import Layers
import OCI
import Registries
import Rosters

/// Pushes images of the project's local store.
struct GroupPush: Sendable {
  let project: Project
  let destination: Destination
  private let store: ImageLayout

  init(_ project: Project, registry: String?) async throws {
    self.project = project
    store = try ImageLayout(directory: project.store)
    destination = try await Destination(project, registry: registry)
  }

  /// The registry to which the groups' images, as they are in the store, were pushed last; nil when that is not one.
  static func lastRegistry(_ project: Project) throws -> String? {
    let store = try ImageLayout(directory: project.store)
    let registries = try project.groups.map { group in
      try store.resolve(group.name).flatMap { PushRecord(project, group: group.name).registry(of: $0.digest) }
    }
    guard let first = registries.first, registries.allSatisfy({ $0 == first }) else { return nil }
    return first
  }

  /// The group's image in the local store.
  ///
  /// - Throws: `Failure` when it has not been built.
  func image(of group: Group) throws -> Descriptor {
    guard let descriptor = try store.resolve(group.name) else { throw Failure.notBuilt(group) }
    return descriptor
  }

  /// Makes the groups' repositories where they are missing, and the cache's.
  func prepare() async throws {
    let repositories = project.groups.map { destination.repository(of: $0, in: project.roster) }
    try await destination.ensureRepositories(
      Set(repositories + [project.roster.cache?.repository].compactMap(\.self)))
  }

  /// - Parameters:
  ///   - progress: how it is shown meanwhile.
  ///   - isShared: whether another machine has released a blob, as far as is known.
  func push(
    _ group: Group, _ progress: ProgressMode, isShared: (Digest) -> Bool = { _ in false }
  ) async throws -> PushedImage {
    // A build that moves the tag meanwhile leaves what is being sent.
    let hold = try store.holdBlobs()
    defer { withExtendedLifetime(hold) {} }
    let descriptor = try image(of: group)
    let bytes = try store.blobs.read(descriptor.digest, limit: 4 << 20)
    let manifest = try CanonicalJSON.decode(Manifest.self, from: bytes)
    try await SecretScan(project).check(group.name, descriptor.digest, manifest, in: store.blobs)
    let blobs = ([manifest.config] + manifest.layers).map(\.digest)
    let reference = try destination.reference(of: group, in: project.roster, digest: descriptor.digest)
    let others = Set(project.roster.groups.map { destination.repository(of: $0, in: project.roster) })
      .subtracting([reference.repository])
    var files: [Digest: String] = [:]
    // What is not here was never fetched: the registry has it.
    for blob in blobs where try store.blobs.size(of: blob) != nil { files[blob] = store.blobs.path(of: blob) }
    let display = try progress.transferDisplay("Pushing \(group.name)")
    defer { display.finish() }
    let origins = LayerOrigins(images: project.store)
    let lenders = origins.repositories(of: blobs.filter { files[$0] == nil }, on: reference.registry)
    let report: ProgressReceiver = { progress in
      display.show(progress)
      guard progress.phase != .moving else { return }
      log.debug("\(reference.repository): \(progress.descriptor.digest.short) \(progress.phase)")
    }
    var image = PushImage(
      manifest: bytes, mediaType: descriptor.mediaType, files: files,
      mountFrom: others.union(lenders).subtracting([reference.repository]).sorted(),
      believed: Set(blobs.filter(isShared)))
    let result: PushResult
    do {
      result = try await destination.client.push(image, to: reference, progress: report)
    } catch let error as RegistryError where error.code == .invalid && files.count < Set(blobs).count {
      // This registry does not have them: they go there from where they are.
      for layer in manifest.layers where image.files[layer.digest] == nil {
        try await origins.fetch(layer, into: store.blobs)
        image.files[layer.digest] = store.blobs.path(of: layer.digest)
      }
      try await SecretScan(project).check(group.name, descriptor.digest, manifest, in: store.blobs)
      result = try await destination.client.push(image, to: reference, progress: report)
    }
    display.finish()
    try PushRecord(project, group: group.name).keep(result.image)
    Console.standard.note("\(reference): \(Self.summary(of: result))")
    return result.image
  }

  private static func summary(of result: PushResult) -> String {
    if result.wasThere { return "nothing to push" }
    let parts = [("uploaded", result.uploaded), ("mounted", result.mounted), ("there already", result.existing)]
    return parts.filter { $0.1 > 0 }.map { "\(ByteCount.text($0.1)) \($0.0)" }.joined(separator: ", ")
  }
}
