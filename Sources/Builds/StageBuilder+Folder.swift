import Layers
import OCI

extension StageBuilder {
  /// A folder of the machine as a base: one layer of its files, which are root's, as in BuildKit.
  func folder(
    _ directory: String, named name: String, platform: Platform
  ) async throws -> (StageBase, BuildEvent.Outcome) {
    let context = try BuildContext(directory: directory)
    let source = TreeSource(origin: .folder(context), name: "the build context \(name)")
    let step = CopyStep(
      sources: [.path(".")], inline: [], destination: "/", writtenDestination: "/", isLinked: true, keepsParents: false,
      exclude: [])
    var config = scratchConfig(platform)
    config.history = [
      History(created: created, createdBy: "FROM \(name)", comment: "imagesmith", emptyLayer: false)
    ]
    var hasher = try hasher("folder", onto: nil)
    try step.addInputs(to: &hasher)
    let (items, key, _) = try await Self.read(
      step, try await source.open(builder.cache), FetchedSources(), after: hasher.finishWithInputs(),
      source.fileIndex(builder.cache))
    if let layer = try await cached(key)?.layer {
      return (try StageBase(config: config, layers: [layer]), .cached)
    }
    let layer = try await write(step, items, isAlone: true)
    try keep(StepRecord(layer: layer, instruction: "FROM \(name)"), for: key)
    return (try StageBase(config: config, layers: [layer]), .done)
  }
}
