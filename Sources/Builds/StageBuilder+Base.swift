import Dockerfiles
import Layers
import Native
import OCI

/// What a stage begins with.
struct StageBase {
  var config: ImageConfig
  var layers: [Layer]
  /// The key of the stage that it is; nil for an image, whose key is its layers.
  var key: StepKey?
}

/// Stands for an image by its layers, so that a base that was made anew and came out the same changes nothing.
enum BaseKey {
  static func make(layers: [Layer]) throws -> StepKey {
    var hasher = try StepKeyHasher("base")
    try hasher.add(layers.map(\.diffID.description))
    return try hasher.finish()
  }
}

extension StageBuilder {
  /// Finds, fetches or makes what FROM names.
  func base() async throws -> (StageBase, BuildEvent.Outcome) {
    let platform = graph.bases[stage.index].platform.flatMap(Platform.init) ?? request.platform
    switch graph.bases[stage.index].source {
    case .stage(let index):
      guard let finished = earlier[index] else { throw BuildError(code: .base, message: "stage \(index) is missing") }
      return (StageBase(config: finished.config, layers: finished.layers, key: finished.key), .configured)
    case .scratch:
      return (StageBase(config: ImageConfig(platform: platform), layers: [], key: StepKey(hex: "scratch")), .configured)
    case .image(let name):
      return try await image(named: name, platform: platform)
    }
  }

  /// An image, or what `--build-context` puts in its place.
  func image(named name: String, platform: Platform) async throws -> (StageBase, BuildEvent.Outcome) {
    switch request.namedContexts[name] {
    case .bootstrap(let bootstrap):
      return try await bootstrapped(bootstrap, platform: platform)
    case .directory(let directory):
      throw BuildError(
        code: .input, message: "\(name) stands for the folder \(directory), which is no image",
        hint: "use it in COPY --from=\(name)")
    case .image(let other):
      return try await fetched(other, platform: platform)
    case nil:
      return try await fetched(name, platform: platform)
    }
  }

  private func fetched(_ name: String, platform: Platform) async throws -> (StageBase, BuildEvent.Outcome) {
    let image = try await builder.bases.base(
      named: name, platform: platform, into: builder.cache.blobs, fresh: request.pullsBases)
    return (StageBase(config: image.config, layers: image.layers), .done)
  }

  /// Makes a base from packages, or takes the one that was made before.
  private func bootstrapped(
    _ bootstrap: Bootstrap, platform: Platform
  ) async throws -> (StageBase, BuildEvent.Outcome) {
    var hasher = try hasher("bootstrap", onto: nil)
    try hasher.add(bootstrap.key(epoch: request.epoch, platform: platform))
    let key = try hasher.finish()
    if !request.pullsBases, let layer = cached(key)?.layer {
      return (StageBase(config: configuration(of: bootstrap, platform), layers: [layer]), .cached)
    }
    let area = try builder.cache.makeWorkArea()
    do {
      try await bootstrap.make(in: area.workspace.upper, epoch: request.epoch, path: builder.path)
    } catch {
      area.remove()
      throw error
    }
    let report = builder.report
    var tree = StageTree([], cache: builder.cache)
    tree.append(
      .writing(
        PendingLayer(
          area: area, key: key, instruction: "bootstrap \(bootstrap)", form: .plain, blobs: builder.cache.blobs,
          compression: request.compression, epoch: request.epoch, notice: { report(.warning($0)) })))
    let layers = try await tree.finish()
    return (StageBase(config: configuration(of: bootstrap, platform), layers: layers), .done)
  }

  private func configuration(of bootstrap: Bootstrap, _ platform: Platform) -> ImageConfig {
    var config = ImageConfig(platform: platform)
    config.created = created
    var container = ContainerConfig()
    container.env = ["PATH=\(StageScope.standardPath)"]
    container.cmd = ["/bin/sh"]
    config.config = container
    config.history = [
      History(created: created, createdBy: "mmdebstrap \(bootstrap.suite)", comment: "imagesmith", emptyLayer: false)
    ]
    return config
  }
}
