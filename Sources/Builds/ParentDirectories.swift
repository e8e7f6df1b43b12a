import Layers
import Native

/// The folders above what a layer brings: those that the tree has go in with their own owner and mode, those that it has
/// not as root's, 0755.
struct ParentDirectories {
  /// Nil when the layer is made without a look at what lies below.
  let below: TreeView?
  private var needed: [LayerPath: LayerEntry] = [:]

  init(below: TreeView?) { self.below = below }

  var entries: [LayerEntry] { Array(needed.values) }

  /// Where an absolute path leads, through the tree's links; the part that does not exist is taken as it stands.
  func resolve(_ path: String) throws -> LayerPath {
    guard let below else {
      guard let plain = LayerPath(path) else {
        throw BuildError(code: .input, message: "\(path) is no path in an image")
      }
      return plain
    }
    return try below.resolve(Array(path.utf8))
  }

  func isDirectory(_ path: LayerPath) throws -> Bool {
    if path.isRoot { return true }
    return try below?.node(at: path)?.status.kind == .directory
  }

  /// Adds `path` and the folders above it.
  mutating func need(_ path: LayerPath) throws {
    var path = path
    while !path.isRoot, needed[path] == nil {
      let node = try below?.node(at: path)
      let status = node?.status
      if let status, status.kind != .directory {
        throw BuildError(
          code: .input, message: "\(path) is a file in the image, and something is copied into it",
          hint: "choose another destination")
      }
      needed[path] = LayerEntry(
        path: path, kind: .directory, mode: status?.mode ?? 0o755, uid: status?.uid ?? 0, gid: status?.gid ?? 0,
        modified: status?.modified.seconds ?? .max,
        attributes: try node.map { try below?.attributes(ofHostPath: $0.hostPath) ?? [] } ?? [])
      path = path.parent ?? .root
    }
  }
}
