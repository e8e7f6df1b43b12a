import AWS
import Builds
import FoundationEssentials
import Images
import Layers
import Native
import OCI
import Registries
import Secrets

/// The two ends of a copy, as the person names them.
struct CopyEnds: Sendable {
  private let source: ImageLocation
  private let target: ImageLocation
  private let sourceName: String
  private let targetName: String
  private let tags: [String]
  /// The local store: an image layout.
  private let store: String
  /// By registry: both ends may be one.
  private let clients: [String: RegistryClient]

  /// - Throws: `ImageError`, `Failure` for names that mean nothing, and for two that are one file.
  init(_ source: String, _ destination: String, tags: [String], store: String, hasReferrers: Bool = false) throws {
    let exists = { FileManager.default.fileExists(atPath: $0) }
    self.source = try ImageLocation(source, exists: exists)
    target = try ImageLocation(destination, exists: exists)
    sourceName = source
    targetName = destination
    self.tags = tags
    self.store = store
    var clients: [String: RegistryClient] = [:]
    for case .registry(let reference) in [self.source, target] where clients[reference.registry] == nil {
      clients[reference.registry] = try RegistryAccess.client(for: reference.registry)
    }
    self.clients = clients
    if hasReferrers, case .dockerArchive = target {
      throw Failure(
        .usage, "a Docker archive holds no manifests that refer to others",
        hint: "leave out --referrers, or copy to oci-archive:FILE")
    }
    if let path = target.archive, let other = self.source.archive, Self.isSame(path, other) {
      throw Failure(
        .usage, "\(source) and \(destination) are one file", hint: "copy to a file of another name, and rename that")
    }
  }

  private static func isSame(_ path: String, _ other: String) -> Bool {
    let files = [path, other].map { URL(filePath: $0).resolvingSymlinksInPath().path }
    return files[0] == files[1]
  }

  /// Whether the image itself goes to stdout, so that nothing else may.
  var writesToStandardOutput: Bool { target.archive == "-" }

  /// What the local store has by the source's name, whose layers are fetched where no build has needed them yet.
  private func stored() throws -> LayoutSource? {
    let isLocal: Bool
    switch source {
    case .local: isLocal = true
    // The store keeps an image also by the whole reference that --tag gave it.
    case .registry: isLocal = false
    case .layout, .ociArchive, .dockerArchive: return nil
    }
    guard LayoutSource.isLayout(store) else { return nil }
    let image = LayerOrigins(images: store).image(tagged: sourceName)
    return try isLocal || image.hasImage() ? image : nil
  }

  /// Keeps what is copied of the local store for as long as the result lives: a build that moves its tag meanwhile would
  /// take it away.
  func hold() throws -> FileDescriptor? {
    try stored() == nil ? nil : ImageLayout(directory: store).holdBlobs()
  }

  func open() async throws -> any CopySource {
    if let image = try stored() { return image }
    switch source {
    case .local(let tag):
      throw Failure(
        .input, "there is no image \(tag): \(store) is no image layout",
        hint: "an image of a registry has a slash, a colon or docker:// in its name: docker://\(tag)")
    case .layout(let directory, let tag): return LayoutSource(directory: directory, tag: tag, name: sourceName)
    case .ociArchive(let path, let tag):
      return try await ArchiveContent.open(ArchiveSource(path: path, kind: .oci, tag: tag, name: sourceName))
    case .dockerArchive(let path, let tag):
      return try await ArchiveContent.open(ArchiveSource(path: path, kind: .docker, tag: tag, name: sourceName))
    case .registry(let reference): return RegistrySource(reference, client: try client(for: reference))
    }
  }

  /// What was built here goes to no registry with a secret in it, by whatever command.
  private func requireNoSecrets(in root: Image.Document) async throws {
    guard try stored() != nil, root.descriptor.mediaType.isManifest else { return }
    let manifest = try CanonicalJSON.decode(Manifest.self, from: root.bytes)
    guard [.imageConfig, .dockerConfig].contains(manifest.config.mediaType) else { return }
    let scan = try SecretScan.ofWorkingFolder()
    try await scan.check(sourceName, root.descriptor.digest, manifest, in: BlobStore(directory: store))
  }

  /// - Parameter root: what is copied.
  func destination(of root: Image.Document) async throws -> any CopyDestination {
    switch target {
    case .local(let tag):
      return try LayoutCopyDestination(directory: store, prefix: "", tags: try [tag] + layoutTags())
    case .layout(let directory, let tag):
      let all = try [tag].compactMap(\.self) + layoutTags()
      return try LayoutCopyDestination(
        directory: directory, prefix: "oci:\(directory):", tags: all.isEmpty ? [TagName.standard] : all)
    case .ociArchive(let path, let tag):
      return try OCIArchiveCopyDestination(
        Self.output(path), name: "oci-archive:\(path)", tags: try [tag].compactMap(\.self) + layoutTags())
    case .dockerArchive(let path, let name):
      return try DockerArchiveCopyDestination(
        root, of: sourceName, to: Self.output(path), name: "docker-archive:\(path)",
        names: try ([name].compactMap(\.self) + tags).map(Self.imageName), folder: folder)
    case .registry(let reference):
      try await requireNoSecrets(in: root)
      return try RegistryCopyDestination(
        root, to: reference, tags: try registryTags(reference), client: try client(for: reference), folder: folder)
    }
  }

  private static func output(_ path: String) -> ArchiveOutput { path == "-" ? .standardOutput : .file(path) }

  /// Where files go that have no name.
  private var folder: String { Environment.cacheDirectory + "/work" }

  private func layoutTags() throws -> [String] { try tags.map(TagName.parse) }

  /// Those of DST and of `--tag`; `latest` where nobody says any.
  private func registryTags(_ reference: Reference) throws -> [String] {
    for tag in tags where !Reference.isTag(tag) {
      throw Failure(.usage, "--tag \(tag) is no tag", hint: "write --tag 1.2: the repository is DST's")
    }
    let isNamed = reference.tag != "latest" || targetName.contains(":latest")
    let own = isNamed || (tags.isEmpty && reference.digest == nil) ? [reference.tag].compactMap(\.self) : []
    return own + tags.filter { !own.contains($0) }
  }

  private static func imageName(_ text: String) throws -> Reference {
    guard let name = Reference(text), name.digest == nil else {
      throw Failure(.usage, "\(text) is no name for an image", hint: "write NAME:TAG, as docker tag takes it")
    }
    return name
  }

  private func client(for reference: Reference) throws -> RegistryClient {
    try clients[reference.registry] ?? RegistryAccess.client(for: reference.registry)
  }
}

extension ImageLocation {
  /// The file of an archive.
  fileprivate var archive: String? {
    switch self {
    case .ociArchive(let path, _), .dockerArchive(let path, _): path
    case .local, .layout, .registry: nil
    }
  }
}
