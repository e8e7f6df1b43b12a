import Dockerfiles
import Layers
import Native

/// What one word of a COPY names: a file, or a folder with all that is in it.
struct CopyItem: Sendable {
  /// The name under which a file goes into a folder.
  var name: [UInt8]
  /// The item itself, and then what is in it.
  var files: [CopySource.File]
  /// The tree that it is from.
  var source: CopySource
  /// With `--parents`, the folders above the item in the source that come with it, the highest first.
  var parents: [CopySource.File] = []

  var isDirectory: Bool { files.first?.status.kind == .directory }

  /// The items that words name, in their order; those of a word with wildcards sorted.
  ///
  /// - Throws: `BuildError` with code `input` for a word without wildcards that names nothing.
  static func all(
    named words: [String], in source: CopySource, without exclude: DockerIgnore? = nil, withParents: Bool = false
  ) throws -> [CopyItem] {
    var items: [CopyItem] = []
    for word in words {
      for (path, name) in try source.matches(word, takesDoubleStars: withParents) {
        // A file that is named is told from the patterns by its name.
        if let exclude, try source.tree.node(at: path)?.status.kind != .directory,
          exclude.matches(String(decoding: name, as: UTF8.self))
        {
          continue
        }
        var item = CopyItem(name: name, files: try source.files(at: path, without: exclude), source: source)
        if withParents { item.parents = try parents(of: path, word, in: source) }
        items.append(item)
      }
    }
    return items
  }

  /// The folders above `path`, from the word's `/./` on, where it has one.
  private static func parents(of path: LayerPath, _ word: String, in source: CopySource) throws -> [CopySource.File] {
    let start = word.firstRange(of: "/./").map { LayerPath(word[..<$0.lowerBound]) ?? .root } ?? .root
    return try path.ancestors.compactMap { folder in
      guard let below = start.remainder(of: folder), !below.isRoot, let node = try source.tree.node(at: folder) else {
        return nil
      }
      return CopySource.File(path: folder, below: below, status: node.status, hostPath: node.hostPath)
    }
  }

  /// Makes sure that what has been copied is what has been hashed.
  ///
  /// - Throws: `BuildError` when a file is another than it was when the items were listed.
  static func requireUnchanged(_ items: [CopyItem]) throws {
    for file in items.flatMap(\.files) where file.status.kind == .file {
      guard try FileStatus.of(file.hostPath) == file.status else {
        throw BuildError(
          code: .input, message: "\(file.path.text) changed while it was copied",
          hint: "build again when nothing writes to it")
      }
    }
  }
}
