import Dockerfiles
import Layers
import Native
import OCI
import Sandboxes
import Secrets

/// Carries out one stage's instructions, in order.
struct StageBuilder {
  let stage: Stage
  let request: BuildRequest
  let graph: StageGraph
  /// The values of ARGs before the first FROM, and the platform's.
  let globals: [String: String]
  let earlier: [Int: FinishedStage]
  let builder: ImageBuilder
  let inProgress: StepsInProgress
  /// What instructions see, and what the image's environment is so far.
  var variables = StageVariables()
  /// What the image's configuration is so far.
  var config: ImageConfig
  var tree: StageTree
  /// The same as real files, where a RUN needs that.
  let root = StageRoot()
  /// Stands for all that the tree was made of so far.
  var key = StepKey.scratch
  /// Whether the stage itself has a CMD.
  var hasOwnCommand = false
  /// What is being done.
  private(set) var step: Step?
  /// The number of the last step that was made anew, or that is another than in the build before.
  var changedStep: Int?
  /// Whether the stage stands on another base than in the build before.
  var hasNewBase = false
  /// How many instructions have begun, FROM the first, and how many there are.
  private var number = 0
  private var total: Int

  init(
    _ index: Int, of request: BuildRequest, graph: StageGraph, globals: [String: String],
    earlier: [Int: FinishedStage], builder: ImageBuilder, inProgress: StepsInProgress
  ) {
    self.inProgress = inProgress
    stage = request.dockerfile.stages[index]
    self.request = request
    self.graph = graph
    self.globals = globals
    self.earlier = earlier
    self.builder = builder
    config = ImageConfig(platform: request.platform)
    tree = StageTree([], cache: builder.cache)
    total = 1 + stage.instructions.count
  }

  /// The container's part of the configuration.
  var container: ContainerConfig {
    get { config.config ?? ContainerConfig() }
    set { config.config = newValue }
  }

  mutating func build() async throws -> FinishedStage {
    do {
      let file = request.dockerfile.source.file
      let triggers = try await standOnBase(place(of: stage.range, in: file))
      total += triggers.count
      for trigger in triggers { try await perform(trigger, in: "ONBUILD of \(stage.from.image.text)") }
      for instruction in stage.instructions { try await perform(instruction, in: file) }
      let layers = try await tree.finish()
      return FinishedStage(config: config, variables: variables, layers: layers, key: key)
    } catch {
      // What was done stays done: the next build begins where this one ended.
      _ = try? await tree.finish()
      throw error
    }
  }

  /// - Returns: what the base wants to be done first.
  private mutating func standOnBase(_ place: StepPlace) async throws -> [Instruction] {
    try await tell(graph.text(ofBaseOf: stage), place) { builder, _ in
      let (base, outcome) = try await builder.base()
      builder.config = base.config
      builder.config.history = base.config.history ?? []
      builder.config.created = builder.created
      builder.variables = base.variables ?? Self.variables(of: base.config)
      builder.container.env = builder.variables.environment
      builder.tree = StageTree(base.layers, cache: builder.builder.cache)
      builder.key = base.key
      try builder.accountForBase()
      return outcome
    }
    let triggers = (container.onBuild ?? []).filter { !$0.isEmpty }
    container.onBuild = nil
    return try Dockerfile.triggers(triggers, of: stage.from.image.text)
  }

  /// An image that sets no PATH gets Docker's, as in BuildKit.
  private static func variables(of config: ImageConfig) -> StageVariables {
    let environment = config.config?.env ?? []
    let hasPath = environment.contains { $0.hasPrefix("PATH=") }
    return StageVariables(environment: environment + (hasPath ? [] : ["PATH=\(ImageBuilder.standardPath)"]))
  }

  private mutating func perform(_ instruction: Instruction, in file: String) async throws {
    try Task.checkCancellation()
    try tree.throwFailure()
    let place = place(of: instruction.range, in: file)
    try await tell(instruction.source, place) { builder, step in
      switch instruction.kind {
      case .run(let run): try await builder.run(run, step, place)
      case .copy(let copy): try await builder.copy(CopyWords(copy), instruction)
      case .add(let add): try await builder.copy(CopyWords(add), instruction)
      case .workdir(let workdir): try await builder.workdir(workdir)
      default: try builder.configure(instruction)
      }
    }
  }

  /// Reports a step's begin and end around `body`, and says in its errors where it stands.
  private mutating func tell(
    _ text: String, _ place: StepPlace, _ body: (inout StageBuilder, Step) async throws -> BuildEvent.Outcome
  ) async throws {
    number += 1
    let isOnly = request.dockerfile.stages.count == 1
    let step = Step(
      stage: stage.name ?? (isOnly ? nil : "stage-\(stage.index)"), number: number, total: total,
      text: RemoteAddress.redacted(text))
    self.step = step
    builder.report(.began(step: step))
    let start = ContinuousClock.now
    do {
      let outcome = try await body(&self, step)
      builder.report(.ended(step: step, outcome: outcome, seconds: (ContinuousClock.now - start) / .seconds(1)))
    } catch {
      builder.report(.ended(step: step, outcome: .failed, seconds: (ContinuousClock.now - start) / .seconds(1)))
      throw place.place(error)
    }
  }

  /// - Parameter file: the Dockerfile, or what stands for one where a base brings instructions.
  private func place(of range: SourceRange, in file: String) -> StepPlace {
    let source = request.dockerfile.source
    return StepPlace(
      file: file, location: range.start, excerpt: file == source.file ? SourceExcerpt(source, range) : nil)
  }
}

// MARK: - What every kind of step needs

extension StageBuilder {
  /// RFC 3339.
  var created: String { Timestamp.text(seconds: request.epoch) }

  func expand(_ word: Word) throws -> String {
    try request.dockerfile.expander.expand(word) { variables[$0] }
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

  /// The record of a step that may be taken from the cache: its layer is here, or another machine has it.
  ///
  /// - Parameter asks: whether the step asks the tree below. One that was done here before answers were kept is done once
  ///   more, which costs little and changes nothing: other machines need the answers.
  func cached(_ key: StepKey, asks: Bool = false) async throws -> StepRecord? {
    let names = [stage.name, String(stage.index)].compactMap(\.self)
    guard request.usesCache && request.uncachedStages.isDisjoint(with: names) else { return nil }
    let cache = builder.cache
    let own = cache.steps.record(of: key)
    if let own, !asks || own.isSeen == true {
      guard let layer = own.layer, try !cache.use(layer) else { return trace(own, key) }
    }
    if let other = await cache.remotes.step(key) {
      // It may be here all the same, made by another step.
      if let layer = other.layer { _ = try cache.use(layer) }
      return trace(other, key)
    }
    guard let own, let layer = own.layer, await cache.remotes.has(layer) else { return nil }
    return trace(own, key)
  }

  private func trace(_ record: StepRecord, _ key: StepKey) -> StepRecord {
    builder.trace.note(record, of: key)
    return record
  }

  /// Keeps what a step has come to.
  func keep(_ record: StepRecord, for key: StepKey) throws {
    try builder.cache.steps.keep(record, for: key)
    builder.trace.note(record, of: key)
  }

  /// Puts entries into a layer of the cache's store.
  func writeLayer(_ entries: [LayerEntry]) async throws -> Layer {
    let cache = builder.cache
    let (compression, epoch) = (request.compression, request.epoch)
    let layer = try await BlockingPool.shared.run {
      let scan = LayerScan()
      var writer = try LayerWriter(into: cache.blobs, compression: compression, epoch: epoch, inspector: scan)
      for entry in entries { try writer.append(entry) }
      let layer = try writer.finish()
      try cache.made(layer, scan.result)
      return layer
    }
    if let step { builder.report(.packed(step: step, bytes: layer.descriptor.size)) }
    return layer
  }

  /// Starts a key with what every step that makes a layer depends on.
  func hasher(_ kind: String, onto parent: StepKey?) throws -> StepKeyHasher {
    var hasher = try StepKeyHasher(kind)
    try hasher.begin(.below)
    try hasher.add(parent)
    try hasher.begin(.settings)
    try hasher.add("\(request.compression) \(request.epoch) \(request.platform)")
    try hasher.begin(.instruction)
    return hasher
  }

  /// Adds the layer of a step whose outcome is known: what follows depends on the layer, however it was made.
  mutating func take(_ record: StepRecord) throws {
    guard let layer = record.layer else { return }
    tree.append(.finished(layer))
    try advance(by: layer.diffID.description)
  }

  mutating func advance(by step: String) throws {
    var hasher = try StepKeyHasher("chain")
    try hasher.add(key)
    try hasher.add(step)
    key = try hasher.finish()
  }
}
