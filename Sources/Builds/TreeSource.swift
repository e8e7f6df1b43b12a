import Dockerfiles
import Layers
import Native

/// A tree that COPY takes files from, or that RUN mounts: the build context, a stage, an image.
struct TreeSource: Sendable {
  /// Lowest first.
  let directories: [String]
  /// Leaves files out; nil for none.
  let ignore: DockerIgnore?
  /// What errors call it.
  let name: String
  /// Stands for the tree's content; nil for a folder, whose files have to be read to know.
  private let knownKey: StepKey?

  init(context: BuildContext) {
    directories = [context.directory]
    ignore = context.ignore
    name = "the build context"
    knownKey = nil
  }

  init(layers: [Layer], key: StepKey, name: String, _ cache: BuildCache) async throws {
    directories = try await StageTree(layers, cache: cache).directories()
    ignore = nil
    self.name = name
    knownKey = key
  }

  var copySource: CopySource { CopySource(tree: TreeView(directories), ignore: ignore, name: name) }

  /// Stands for all that is in the tree.
  func contentKey() async throws -> StepKey {
    if let knownKey { return knownKey }
    let source = copySource
    return try await BlockingPool.shared.run {
      let files = try source.files(at: .root)
      let whole = CopyStep(
        source: source, items: [CopyStep.Item(word: ".", files: files, name: [])], inline: [], destination: "/",
        owner: nil, mode: nil, isLinked: false, keepsOwners: false)
      var hasher = try StepKeyHasher("context")
      try whole.addInputs(to: &hasher)
      return try hasher.finish()
    }
  }
}
