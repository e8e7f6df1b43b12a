import Builds
import Dockerfiles
import Foundation
import Layers
import Native
import OCI
import Registries
import Rosters
import Sandboxes

/// Builds groups' images into the project's local store.
struct GroupImages: Sendable {
  let project: Project
  let cache: BuildCache
  let store: ImageLayout
  /// `--no-cache`, `--pull`.
  var usesCache = true
  var pullsBases = false
  /// What the user gives besides the host's own, by id.
  var secrets: [String: Secret] = [:]

  init(_ project: Project) throws {
    self.project = project
    cache = try BuildCache(directory: Environment.cacheDirectory)
    store = try ImageLayout(directory: project.store)
  }

  /// What a group's image came to.
  struct Result: Sendable {
    var group: Group
    var manifest: Descriptor
    /// Whether the store had this image under the group's tag before.
    var isUnchanged: Bool
  }

  /// Builds one group's image, and tags it in the store.
  func build(_ group: Group) async throws -> Result {
    let folder = project.context(of: group)
    let file = "\(folder)/Dockerfile"
    guard let bytes = try? Data(contentsOf: URL(filePath: file)) else {
      throw Failure(
        .input, "images/\(group.name)/Dockerfile is not there", hint: "write it with: imagesmith generate")
    }
    let progress = BuildProgress(name: project.groups.count > 1 ? group.name : "")
    let request = BuildRequest(
      dockerfile: try Dockerfile.parse(bytes: bytes, file: "images/\(group.name)/Dockerfile"),
      context: try BuildContext(directory: folder, dockerfile: file),
      arguments: ["SOURCE_DATE_EPOCH": String(try epoch())], namedContexts: baseContext(),
      secrets: HostSecrets.all().merging(secrets) { $1 },
      compression: project.roster.image.compression == .gzip ? .gzip(level: 6) : .zstd(level: 3), epoch: try epoch(),
      usesCache: usesCache, pullsBases: pullsBases)
    let builder = ImageBuilder(
      cache: cache, bases: ImageBases(), path: Environment.path,
      sandbox: { try OCIRuntime.find(path: Environment.path) }, report: { progress.show($0) })
    let image = try await builder.build(request)
    let previous = try store.resolve(group.name)
    let descriptor = try await BlockingPool.shared.run { [store, cache] in
      for layer in image.layers { try store.blobs.take(layer.descriptor, from: cache.blobs) }
      return try store.put(
        config: image.config, layers: image.layers.map(\.descriptor),
        annotations: image.annotations.isEmpty ? nil : image.annotations, tag: group.name)
    }
    return Result(group: group, manifest: descriptor, isUnchanged: previous?.digest == descriptor.digest)
  }

  /// The group's image in the store, ready to be started.
  ///
  /// - Throws: `Failure` when it has not been built.
  func container(of group: Group) throws -> Container {
    guard let descriptor = try store.resolve(group.name) else {
      throw Failure(
        .input, "the image of \(group.name) has not been built", hint: "imagesmith build --group \(group.name)")
    }
    let manifest = try CanonicalJSON.decode(Manifest.self, from: store.blobs.read(descriptor.digest, limit: 4 << 20))
    let config = try CanonicalJSON.decode(
      ImageConfig.self, from: store.blobs.read(manifest.config.digest, limit: 8 << 20))
    for layer in manifest.layers { try cache.blobs.take(layer, from: store.blobs) }
    let layers = zip(config.rootfs.diffIDs, manifest.layers).map { Layer(diffID: $0, descriptor: $1) }
    return Container(config: config, layers: layers)
  }

  private func epoch() throws -> Int { try Environment.epoch(or: BuildRequest.standardEpoch) }

  /// The generated Dockerfile names an image that any builder can pull; the roster may want it made here instead.
  private func baseContext() -> [String: NamedContext] {
    guard case .bootstrap(let distribution, let suite, let mirror) = project.roster.base else { return [:] }
    let bootstrap = Bootstrap(
      distribution: distribution, suite: suite, mirror: mirror ?? Environment["IMAGESMITH_DEBIAN_MIRROR"])
    return ["docker.io/library/\(distribution):\(suite)-slim": .bootstrap(bootstrap)]
  }
}

/// What a group's RUNs may read of the machine: its certificates and its package settings, where it has some.
enum HostSecrets {
  static func all() -> [String: Secret] {
    var secrets: [String: Secret] = [:]
    let candidates = [
      ("ca_bundle", [Environment["SSL_CERT_FILE"], "/etc/ssl/certs/ca-certificates.crt"]),
      ("pip_conf", [Environment["PIP_CONFIG_FILE"]]),
      ("apt_conf", [Environment["APT_CONFIG"]]),
    ]
    for (id, files) in candidates {
      if let file = files.compactMap(\.self).first(where: FileManager.default.isReadableFile(atPath:)) {
        secrets[id] = .file(file)
      }
    }
    return secrets
  }
}
