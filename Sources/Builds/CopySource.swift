import Dockerfiles
import Layers
import Native

/// A tree that COPY takes files from: the build context, or the files of a stage or an image.
struct CopySource: Sendable {
  let tree: TreeView
  /// Leaves files out; nil for none.
  let ignore: DockerIgnore?
  /// What errors call it.
  let name: String

  /// A file or folder that a COPY brings.
  struct File: Sendable {
    /// Where it is in the source.
    var path: LayerPath
    /// Where it goes, below the destination; nil when it is the destination itself.
    var below: LayerPath?
    var status: FileStatus
    /// Where it is on this machine.
    var hostPath: [UInt8]
  }

  /// The paths that a word of a COPY names: itself, or all that match its wildcards, sorted.
  ///
  /// - Throws: `BuildError` with code `input` when there are none.
  func matches(_ word: String) throws -> [LayerPath] {
    if !FilePattern.hasWildcard(word) {
      // A link that is named itself is followed; links further down are copied as they are.
      guard let found = try tree.find(word)?.path, found.isRoot || !isIgnored(found) else { throw missing(word) }
      return [found]
    }
    guard let path = LayerPath(word) else { throw missing(word) }
    let pattern = try FilePattern(path.text)
    var found: [LayerPath] = []
    let depth = path.components.count
    try walk(.root, depth: depth) { each in
      if each.components.count == depth, pattern.matches(each.text) { found.append(each) }
    }
    guard !found.isEmpty else { throw missing(word) }
    return found
  }

  private func missing(_ word: String) -> BuildError {
    let hint =
      ignore.map { $0.matches(word) } == true
      ? ".dockerignore leaves it out" : "is the path right, seen from the top of \(name)?"
    return BuildError(code: .input, message: "\(word) is not in \(name)", hint: hint)
  }

  /// `path`, and for a folder all that is in it and not left out, a folder before its content.
  func files(at path: LayerPath) throws -> [File] {
    guard let top = try tree.node(at: path) else { return [] }
    var files = [File(path: path, below: nil, status: top.status, hostPath: top.hostPath)]
    guard top.status.kind == .directory else { return files }
    var open: [(LayerPath, LayerPath)] = [(path, .root)]
    while let (folder, below) = open.popLast() {
      for name in try tree.names(in: folder) ?? [] {
        let inside = folder.appending(name)
        let target = below.appending(name)
        guard let node = try tree.node(at: inside) else { continue }
        let isDirectory = node.status.kind == .directory
        if isIgnored(inside) {
          if isDirectory, ignore?.skipsDirectory(inside.text) != true { open.append((inside, target)) }
          continue
        }
        files.append(File(path: inside, below: target, status: node.status, hostPath: node.hostPath))
        if isDirectory { open.append((inside, target)) }
      }
    }
    return files.sorted { ($0.below ?? .root) < ($1.below ?? .root) }
  }

  private func isIgnored(_ path: LayerPath) -> Bool {
    ignore?.matches(path.text) ?? false
  }

  private func walk(_ folder: LayerPath, depth: Int, _ body: (LayerPath) throws -> Void) throws {
    for name in try tree.names(in: folder) ?? [] {
      let path = folder.appending(name)
      let isDirectory = try tree.node(at: path)?.status.kind == .directory
      if !isIgnored(path) { try body(path) }
      if isDirectory, path.components.count < depth, ignore?.skipsDirectory(path.text) != true {
        try walk(path, depth: depth, body)
      }
    }
  }
}

extension LayerPath {
  /// As patterns are matched with it: without a slash at either end.
  var text: String { String(decoding: bytes, as: UTF8.self) }
}
