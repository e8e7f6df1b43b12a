import Dockerfiles
import Layers
import Native
import OCI
import Sandboxes

/// Carries out one stage's instructions, in order.
struct StageBuilder {
  let stage: Stage
  let request: BuildRequest
  let graph: StageGraph
  let earlier: [Int: FinishedStage]
  let builder: ImageBuilder
  var scope: StageScope
  /// What the image's configuration is so far.
  var config: ImageConfig
  var tree: StageTree
  /// Stands for all that the tree was made of so far.
  var key: StepKey
  /// Whether the stage itself has a CMD.
  var hasOwnCommand = false
  /// How many instructions have begun; FROM is the first.
  private var number = 0

  init(
    _ index: Int, of request: BuildRequest, graph: StageGraph, globals: [String: String],
    earlier: [Int: FinishedStage], builder: ImageBuilder
  ) {
    stage = request.dockerfile.stages[index]
    self.request = request
    self.graph = graph
    self.earlier = earlier
    self.builder = builder
    scope = StageScope(given: request.arguments, globals: globals)
    config = ImageConfig(platform: request.platform)
    tree = StageTree([], cache: builder.cache)
    key = StepKey(hex: "scratch")
  }

  /// The container's part of the configuration.
  var container: ContainerConfig {
    get { config.config ?? ContainerConfig() }
    set { config.config = newValue }
  }

  mutating func build() async throws -> FinishedStage {
    do {
      try await standOnBase()
      for instruction in stage.instructions {
        try Task.checkCancellation()
        try await tree.settle(waits: false)
        try await perform(instruction)
      }
      let layers = try await tree.finish()
      return FinishedStage(config: config, layers: layers, key: key)
    } catch {
      // What was done stays done: the next build begins where this one ended.
      try? await tree.settle(waits: true)
      throw error
    }
  }

  private mutating func standOnBase() async throws {
    let step = nextStep(stage.source)
    try await tell(step) { builder throws in
      let (base, outcome) = try await builder.base()
      builder.config = base.config
      builder.config.history = base.config.history ?? []
      builder.config.created = builder.created
      builder.tree = StageTree(base.layers, cache: builder.builder.cache)
      builder.key = try base.key ?? BaseKey.make(layers: base.layers)
      return outcome
    }
    for trigger in container.onBuild ?? [] where !trigger.isEmpty {
      let base = stage.from.image.text
      let instructions = try Dockerfile.triggers([trigger], of: base)
      container.onBuild = nil
      for instruction in instructions { try await perform(instruction) }
    }
    container.onBuild = nil
  }

  private mutating func perform(_ instruction: Instruction) async throws {
    let step = nextStep(instruction.source)
    do {
      try await tell(step) { builder throws in
        switch instruction.kind {
        case .run(let run): try await builder.run(run, instruction, step)
        case .copy(let copy): try await builder.copy(copy, instruction)
        case .add(let add): try await builder.add(add, instruction)
        case .workdir(let workdir): try await builder.workdir(workdir)
        default: try builder.configure(instruction)
        }
      }
    } catch var error as BuildError {
      let file = request.dockerfile.source.file
      if !error.message.hasPrefix(file) { error.message = "\(file):\(instruction.location): \(error.message)" }
      throw error
    }
  }

  private mutating func nextStep(_ text: String) -> Step {
    number += 1
    return Step(
      stage: stage.name ?? "stage \(stage.index)", number: number, total: stage.instructions.count + 1, text: text)
  }

  /// Reports a step's begin and end around `body`.
  private mutating func tell(
    _ step: Step, _ body: (inout StageBuilder) async throws -> BuildEvent.Outcome
  ) async throws {
    builder.report(.began(step: step))
    let start = ContinuousClock.now
    let outcome = try await body(&self)
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    builder.report(.ended(step: step, outcome: outcome, seconds: seconds))
  }

  // MARK: - What every kind of step needs

  /// RFC 3339.
  var created: String { Timestamp.text(seconds: request.epoch) }

  func expand(_ word: Word) throws -> String {
    let environment = container.env ?? []
    return try request.dockerfile.expander.expand(word) { scope.value(of: $0, environment: environment) }
  }

  func expandWords(_ word: Word) throws -> [String] {
    let environment = container.env ?? []
    return try request.dockerfile.expander.expandWords(word) { scope.value(of: $0, environment: environment) }
  }

  func expand(_ heredoc: Heredoc) throws -> String {
    let environment = container.env ?? []
    return try request.dockerfile.expander.expand(heredoc) { scope.value(of: $0, environment: environment) }
  }

  mutating func addHistory(_ createdBy: String, isEmpty: Bool) {
    config.history =
      (config.history ?? []) + [
        History(created: created, createdBy: createdBy, comment: "imagesmith", emptyLayer: isEmpty)
      ]
  }

  /// A path as an instruction means it: from the working directory, without `.` and `..`.
  func absolute(_ path: String) -> String {
    let whole = path.hasPrefix("/") ? path : (container.workingDir ?? "/") + "/" + path
    var parts: [Substring] = []
    for part in whole.split(separator: "/") where part != "." {
      if part == ".." { _ = parts.popLast() } else { parts.append(part) }
    }
    return "/" + parts.joined(separator: "/")
  }

  /// The record of a step that may be taken from the cache: its layer is there.
  func cached(_ key: StepKey) -> StepCache.Record? {
    guard request.usesCache, let record = builder.cache.steps.record(of: key) else { return nil }
    guard let layer = record.layer else { return record }
    return (try? builder.cache.blobs.contains(layer.descriptor.digest)) == true ? record : nil
  }

  /// Puts entries into a layer of the cache's store.
  func writeLayer(_ entries: [LayerEntry]) async throws -> Layer {
    let blobs = builder.cache.blobs
    let (compression, epoch) = (request.compression, request.epoch)
    return try await BlockingPool.shared.run {
      var writer = try LayerWriter(into: blobs, compression: compression, epoch: epoch)
      for entry in entries { try writer.append(entry) }
      return try writer.finish()
    }
  }

  /// Starts a key with what every step that makes a layer depends on.
  func hasher(_ kind: String, onto parent: StepKey?) throws -> StepKeyHasher {
    var hasher = try StepKeyHasher(kind)
    try hasher.add(parent)
    try hasher.add("\(request.compression) \(request.epoch) \(request.platform)")
    return hasher
  }

  /// Adds a step's layer to the stage.
  mutating func take(_ record: StepCache.Record, key step: StepKey) throws {
    if let layer = record.layer { tree.append(.finished(layer)) }
    try advance(by: step)
  }

  mutating func advance(by step: StepKey) throws {
    var hasher = try StepKeyHasher("chain")
    try hasher.add(key)
    try hasher.add(step)
    key = try hasher.finish()
  }
}
