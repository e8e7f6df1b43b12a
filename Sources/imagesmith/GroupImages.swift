import Builds
import Dockerfiles
import Foundation
import Rosters

/// Builds groups' images into the project's local store.
struct GroupImages: Sendable {
  let project: Project
  let store: LocalStore
  let options: BuildOptions

  init(_ project: Project, _ options: BuildOptions) throws {
    self.project = project
    self.options = options
    store = try LocalStore(directory: project.store)
  }

  /// Builds one group's image, and tags it in the store.
  func build(_ group: Group) async throws -> LocalStore.Result {
    let folder = project.context(of: group)
    let file = "\(folder)/Dockerfile"
    guard let bytes = try? Data(contentsOf: URL(filePath: file)) else {
      throw Failure(
        .input, "images/\(group.name)/Dockerfile is not there", hint: "write it with: imagesmith generate")
    }
    var request = BuildRequest(
      dockerfile: try Dockerfile.parse(bytes: bytes, file: "images/\(group.name)/Dockerfile"),
      context: try BuildContext(directory: folder, dockerfile: file))
    try options.apply(to: &request)
    request.namedContexts = baseContext()
    request.compression = project.roster.image.compression == .gzip ? .gzip(level: 6) : .zstd(level: 3)
    let warnings = try DockerfileCheck.warnings(of: request)
    defer { warnings.forEach(Console.standard.note) }
    let progress = BuildProgress(name: project.groups.count > 1 ? group.name : "")
    return try await store.build(
      request, tag: group.name, isolation: options.isolation.chosen(), progress: progress)
  }

  /// The generated Dockerfile names an image that any builder can pull; the roster may want it made here instead.
  private func baseContext() -> [String: NamedContext] {
    guard case .bootstrap(let distribution, let suite, let mirror) = project.roster.base else { return [:] }
    let bootstrap = Bootstrap(
      distribution: distribution, suite: suite, mirror: mirror ?? Environment["IMAGESMITH_DEBIAN_MIRROR"])
    return ["docker.io/library/\(distribution):\(suite)-slim": .bootstrap(bootstrap)]
  }
}
