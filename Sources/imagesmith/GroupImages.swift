import Builds
import Dockerfiles
import FoundationEssentials
import Rosters

/// Builds groups' images into the project's local store.
struct GroupImages: Sendable {
  let project: Project
  let store: LocalStore
  let options: BuildOptions
  let caches: SharedCaches

  init(_ project: Project, _ options: BuildOptions, _ caches: SharedCaches) throws {
    self.project = project
    self.options = options
    self.caches = caches
    store = try LocalStore(directory: project.store, remotes: caches.remotes, trace: caches.trace)
  }

  /// Builds one group's image, tags it in the store, and writes it to where else it shall be.
  func build(
    _ group: Group, exports: [ExportOption] = [], keeps: Bool = true
  ) async throws -> LocalStore.Result {
    let folder = project.context(of: group)
    let file = "\(folder)/Dockerfile"
    guard let bytes = try? Data(contentsOf: URL(filePath: file)) else {
      throw Failure(
        .input, "images/\(group.name)/Dockerfile is not there", hint: "write it with: imagesmith generate")
    }
    var request = BuildRequest(
      dockerfile: try Dockerfile.parse(bytes: bytes, file: "images/\(group.name)/Dockerfile"),
      context: try BuildContext(directory: folder, dockerfile: file))
    request.compression = project.roster.image.compression == .gzip ? .defaultGzip : .default
    try options.apply(to: &request)
    request.namedContexts = baseContext()
    let warnings = try DockerfileCheck.warnings(of: request)
    defer { warnings.forEach(Console.standard.note) }
    let display = try options.progress.display(image: project.groups.count > 1 ? group.name : "")
    let result = try await store.build(
      request, names: [group.name], exports: exports, keeps: keeps, isolation: options.isolation.chosen(), display)
    caches.note(result.layers)
    return result
  }

  /// Leaves what the builds came by in the caches of other machines.
  ///
  /// - Parameter repositories: to which the images were pushed.
  func exportCaches(mountFrom repositories: [String] = []) async throws {
    try await caches.export(store.cache, options, mountFrom: repositories)
  }

  /// The generated Dockerfile names an image that any builder can pull; the roster may want it made here instead.
  private func baseContext() -> [String: NamedContext] {
    guard case .bootstrap(let distribution, let suite, let mirror) = project.roster.base else { return [:] }
    let bootstrap = Bootstrap(
      distribution: distribution, suite: suite, mirror: mirror, localMirror: Environment["IMAGESMITH_DEBIAN_MIRROR"])
    return ["docker.io/library/\(distribution):\(suite)-slim": .bootstrap(bootstrap)]
  }
}
