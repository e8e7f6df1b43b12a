import Layers
import Native

/// A layer in the making, as it comes to lie upon a tree: what it brings, and the folders above that.
///
/// Folders that the tree has go in with their own mode and owner, so that the layer changes nothing of them.
struct CopyLayer {
  struct Owner: Sendable, Equatable {
    var uid: UInt32
    var gid: UInt32

    static let root = Owner(uid: 0, gid: 0)
  }

  /// Nil when the layer is made without a look at what lies below.
  let below: TreeView?
  /// Of folders that are made because something comes to lie in them.
  let owner: Owner
  private var changes: [LayerPath: LayerEntry] = [:]

  init(below: TreeView?, owner: Owner) {
    self.below = below
    self.owner = owner
  }

  /// In the order of a layer.
  var entries: [LayerEntry] { LayerEntry.inLayerOrder(changes.values) }

  /// Where an absolute path leads, through the tree's links; the part that does not exist is taken as it stands.
  ///
  /// - Throws: `BuildError` with code `input` when it leads through a file.
  func resolve(_ path: String) throws -> LayerPath {
    guard let below else { return try TreeView([]).resolve(Array(path.utf8)) }
    do {
      return try below.resolve(Array(path.utf8))
    } catch {
      guard error.code == .invalid else { throw error }
      throw BuildError(code: .input, message: "\(path) cannot be reached: \(error.message)", hint: Self.otherPlace)
    }
  }

  /// Whether a folder is there; nil when nothing is.
  func isDirectory(_ path: LayerPath) throws -> Bool? {
    if path.isRoot { return true }
    if let change = changes[path] { return change.kind == .directory }
    return try below?.node(at: path).map { $0.status.kind == .directory }
  }

  /// Adds the folder `path` and those above it; those that are missing become the owner's, 0755.
  mutating func makeDirectories(_ path: LayerPath) throws {
    guard !path.isRoot else { return }
    for place in path.ancestors + [path] where changes[place]?.kind != .directory {
      guard try isDirectory(place) != false else {
        throw BuildError(
          code: .input, message: "\(place) is no folder in the image, and something is copied into it",
          hint: Self.otherPlace)
      }
      changes[place] = try existing(place) ?? new(place)
    }
  }

  /// Brings a file, link or folder to its place, which a folder can take from a folder alone, and a file from all but
  /// a folder.
  mutating func put(_ entry: LayerEntry) throws {
    try makeDirectories(entry.path.parent ?? .root)
    switch (try isDirectory(entry.path), entry.kind == .directory) {
    case (true, false):
      throw BuildError(
        code: .input, message: "\(entry.path) is a folder in the image, and a file is copied onto it",
        hint: Self.otherPlace)
    case (false, true):
      throw BuildError(
        code: .input, message: "\(entry.path) is a link or a file in the image, and a folder is copied onto it",
        hint: "copy its content to where the link leads, or remove it by RUN rm before")
    default: changes[entry.path] = entry
    }
  }

  private func existing(_ path: LayerPath) throws -> LayerEntry? {
    guard let below, let node = try below.node(at: path) else { return nil }
    return LayerEntry(
      path: path, kind: .directory, mode: node.status.mode, uid: node.status.uid, gid: node.status.gid,
      modified: node.status.modified.seconds, attributes: try below.attributes(ofHostPath: node.hostPath))
  }

  private func new(_ path: LayerPath) -> LayerEntry {
    LayerEntry(path: path, kind: .directory, mode: 0o755, uid: owner.uid, gid: owner.gid, modified: .max)
  }

  private static let otherPlace = "choose another destination"
}
