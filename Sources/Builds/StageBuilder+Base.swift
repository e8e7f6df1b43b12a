import Dockerfiles
import Layers
import Native
import OCI

/// What a stage begins with.
struct StageBase {
  var config: ImageConfig
  /// Of the stage that it is; nil for an image.
  var variables: StageVariables?
  var layers: [Layer]
  var key: StepKey

  init(_ stage: FinishedStage) {
    config = stage.config
    variables = stage.variables
    layers = stage.layers
    key = stage.key
  }

  /// An image's key is its layers, so that a base that was made anew and came out the same changes nothing.
  init(config: ImageConfig, layers: [Layer]) throws {
    self.config = config
    self.layers = layers
    var hasher = try StepKeyHasher("base")
    try hasher.add(layers.map(\.diffID.description))
    key = try hasher.finish()
  }
}

extension StageBuilder {
  /// Finds, fetches or makes what FROM names.
  func base() async throws -> (StageBase, BuildEvent.Outcome) {
    let platform = try graph.bases[stage.index].platform.map(platform) ?? request.platform
    return try await base(graph.bases[stage.index].source, platform: platform)
  }

  private func platform(_ text: String) throws -> Platform {
    guard let platform = Platform(text) else {
      throw BuildError(
        code: .input, message: "FROM --platform=\(text): that is no platform", hint: "write linux/amd64 or linux/arm64")
    }
    return platform
  }

  /// What FROM, `COPY --from` and `RUN --mount=from=` stand for, as a base.
  func base(_ source: StageGraph.Source, platform: Platform) async throws -> (StageBase, BuildEvent.Outcome) {
    switch source {
    case .stage(let index):
      if let name = request.dockerfile.stages[index].name, request.namedContexts[name] != nil {
        return try await image(named: name, platform: platform)
      }
      guard let finished = earlier[index] else {
        throw BuildError(
          code: .unsupported,
          message: "a trigger of the base image takes files from the stage \(index), which is not built",
          hint: "take a file from it in this stage as well, by COPY --from or RUN --mount=from=")
      }
      return (StageBase(finished), .configured)
    case .scratch:
      return (try StageBase(config: scratchConfig(platform), layers: []), .configured)
    case .image(let name):
      return try await image(named: name, platform: platform)
    }
  }

  func scratchConfig(_ platform: Platform) -> ImageConfig {
    var config = ImageConfig(platform: platform)
    var container = ContainerConfig()
    container.workingDir = "/"
    config.config = container
    return config
  }

  /// An image, or what `--build-context` puts in its place.
  private func image(named name: String, platform: Platform) async throws -> (StageBase, BuildEvent.Outcome) {
    switch request.namedContexts[name] {
    case .bootstrap(let bootstrap):
      return try await bootstrapped(bootstrap, platform: platform)
    case .directory(let directory):
      return try await folder(directory, named: name, platform: platform)
    case .image(let other):
      return try await fetched(other, platform: platform)
    case nil:
      return try await fetched(name, platform: platform)
    }
  }

  private func fetched(_ name: String, platform: Platform) async throws -> (StageBase, BuildEvent.Outcome) {
    let cache = builder.cache
    let key = try BaseCache.key(ofImage: name, platform)
    if let key, let known = try await known(key) { return known }
    let image = try await builder.bases.base(
      named: name, platform: platform, into: cache.blobs, except: cache.remotes.blobs)
    for layer in image.layers {
      if try cache.use(layer, isChecked: true) { continue }
      if await cache.remotes.has(layer) { continue }
      let cause = LayerError(code: .corrupt, message: "the layer \(layer.descriptor.digest) of \(name) is damaged")
      throw SpoiltLayer(layer: layer, cause: cause)
    }
    if let key {
      try keep(BaseRecord(name: name, config: image.config, layers: image.layers, digest: image.digest), for: key)
    }
    return (try StageBase(config: image.config, layers: image.layers), .done)
  }

  /// The base that a key stands for, where it was fetched or made before, here or elsewhere.
  private func known(_ key: StepKey) async throws -> (StageBase, BuildEvent.Outcome)? {
    let cache = builder.cache
    guard !request.pullsBases else { return nil }
    var record = cache.bases.record(of: key)
    for layer in record?.layers ?? [] where try await !cache.knows(layer) { record = nil }
    if record == nil {
      record = await cache.remotes.base(key)
      if let record { try cache.bases.keep(record, for: key) }
    }
    guard let record else { return nil }
    // Some of another machine's may be here all the same.
    for layer in record.layers { _ = try cache.use(layer) }
    builder.trace.note(record, of: key)
    return (try StageBase(config: record.config, layers: record.layers), .cached)
  }

  private func keep(_ record: BaseRecord, for key: StepKey) throws {
    try builder.cache.bases.keep(record, for: key)
    builder.trace.note(record, of: key)
  }

  /// Makes a base from packages, or takes the one that was made before.
  private func bootstrapped(
    _ bootstrap: Bootstrap, platform: Platform
  ) async throws -> (StageBase, BuildEvent.Outcome) {
    var hasher = try hasher("bootstrap", onto: nil)
    try hasher.add(bootstrap.key(epoch: request.epoch, platform: platform))
    let key = try hasher.finish()
    if let known = try await known(key) { return known }
    let config = configuration(of: bootstrap, platform)
    let area = try builder.cache.makeWorkArea()
    let root = area.path + "/upper"
    try await bootstrap.make(in: root, epoch: request.epoch, path: builder.path)
    let report = builder.report
    let walker = TreeWalker(root: root, notice: { report(.warning($0)) })
    var tree = StageTree([], cache: builder.cache)
    tree.append(
      .pending(
        PendingLayer(
          of: walker, area, request: request, cache: builder.cache, key: key, instruction: "bootstrap \(bootstrap)",
          place: nil)))
    let layers = try await tree.finish()
    try keep(BaseRecord(name: "\(bootstrap)", config: config, layers: layers), for: key)
    return (try StageBase(config: config, layers: layers), .done)
  }

  private func configuration(of bootstrap: Bootstrap, _ platform: Platform) -> ImageConfig {
    var config = ImageConfig(platform: platform)
    config.created = created
    var container = ContainerConfig()
    container.env = ["PATH=\(ImageBuilder.standardPath)"]
    container.cmd = ["/bin/sh"]
    config.config = container
    config.history = [
      History(created: created, createdBy: "mmdebstrap \(bootstrap.suite)", comment: "imagesmith", emptyLayer: false)
    ]
    return config
  }
}
