import Dockerfiles
import Layers
import Native

/// What COPY takes files from, or RUN mounts, not yet opened: the build context, another folder, a stage, an image.
struct TreeSource: Sendable {
  enum Origin: Sendable {
    case folder(BuildContext)
    /// Lowest first, and a key that stands for all that is in them.
    case layers([Layer], key: StepKey)
  }

  let origin: Origin
  /// What errors call it.
  let name: String

  /// Stands for the tree's content where it is known without a look; nil for a folder, whose files have to be read.
  var key: StepKey? {
    if case .layers(_, let key) = origin { key } else { nil }
  }

  /// Makes the files readable: layers that are not unpacked yet are unpacked.
  func open(_ cache: BuildCache) async throws -> CopySource {
    switch origin {
    case .folder(let context):
      return CopySource(tree: TreeView([context.directory]), ignore: context.ignore, origin: .folder, name: name)
    case .layers(let layers, _):
      let tree = try await StageTree(layers, cache: cache).view()
      return CopySource(tree: tree, ignore: nil, origin: .image, name: name)
    }
  }

  /// What is known of a folder's files; nil for an image's.
  func fileIndex(_ cache: BuildCache) throws -> FileIndex? {
    if case .folder(let context) = origin { try cache.fileIndexes.index(of: context.directory) } else { nil }
  }

  /// Stands for what is at `path` in the tree, and below it.
  func contentKey(at path: String, _ cache: BuildCache) async throws -> StepKey {
    if let key { return key }
    let source = try await open(cache)
    let index = try fileIndex(cache)
    return try await BlockingPool.shared.run {
      var hasher = try StepKeyHasher("mounted files")
      try CopyItem.addInputs(of: CopyItem.all(named: [path], in: source), to: &hasher, index: index)
      return try hasher.finish()
    }
  }
}
