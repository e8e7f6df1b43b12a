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
  let below: TreeBelow?
  /// Of folders that are made because something comes to lie in them.
  let owner: Owner
  private var changes: [LayerPath: LayerEntry] = [:]

  init(below: TreeBelow?, owner: Owner) {
    self.below = below
    self.owner = owner
  }

  /// In the order of a layer.
  var entries: [LayerEntry] { LayerEntry.inLayerOrder(changes.keys.sorted().compactMap { changes[$0] }) }

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
    return try below?.place(at: path).map { $0 == .directory }
  }

  /// Adds the folder `path` and those above it; those that are missing become the owner's, 0755.
  ///
  /// - Parameter implied: another owner of the missing ones.
  mutating func makeDirectories(_ path: LayerPath, implied: Owner? = nil) throws {
    // One that is among the changes has those above it there.
    guard !path.isRoot, changes[path]?.kind != .directory else { return }
    for place in path.ancestors + [path] where changes[place]?.kind != .directory {
      guard try isDirectory(place) != false else {
        throw BuildError(
          code: .input, message: "\(place) is no folder in the image, and something is copied into it",
          hint: Self.otherPlace)
      }
      changes[place] = try existing(place) ?? new(place, implied ?? owner)
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

  /// Brings a member of an archive to its place, of whatever is there; a folder that is there keeps its content.
  mutating func replace(_ entry: LayerEntry) throws {
    try makeDirectories(entry.path.parent ?? .root, implied: .root)
    if entry.kind != .directory, changes[entry.path]?.kind == .directory {
      for path in changes.keys where path.isWithin(entry.path) { changes[path] = nil }
    }
    changes[entry.path] = entry
  }

  /// Where `path` leads below the folder `top`, which links do not leave.
  ///
  /// - Throws: `BuildError` with code `input` when a link leads out, in a circle, or through a file.
  func resolve(_ path: LayerPath, below top: LayerPath, archive: String) throws -> LayerPath {
    var rest = path.components.map(Array.init)
    var at = LayerPath.root
    var links = 0
    func refused(_ reason: String) -> BuildError {
      BuildError(
        code: .input, message: "the archive \(archive) cannot be unpacked: \(path) \(reason)", hint: Self.otherPlace)
    }
    while !rest.isEmpty {
      let name = rest.removeFirst()
      if name == Array(".".utf8) { continue }
      if name == Array("..".utf8) {
        guard let parent = at.parent else { throw refused("leads out of \(top) by a link") }
        at = parent
        continue
      }
      let next = at.appending(name)
      switch try entry(at: top.appending(next))?.kind {
      case .symlink(let target):
        links += 1
        guard links <= 255 else { throw refused("leads through too many links") }
        if target.first == UInt8(ascii: "/") { at = .root }
        rest = target.split(separator: UInt8(ascii: "/")).map(Array.init) + rest
      case .directory, nil: at = next
      default: throw refused("leads through a file")
      }
    }
    return top.appending(at)
  }

  /// What is at a path so far, itself and not what it leads to.
  func entry(at path: LayerPath) throws -> LayerEntry? {
    if let change = changes[path] { return change }
    // What stood below something that the layer replaces is gone.
    for above in path.ancestors { if let change = changes[above], change.kind != .directory { return nil } }
    return try below?.entry(at: path)
  }

  /// Makes the entries whose content is the same file of `folder` names of one file.
  mutating func joinNames(ofFilesIn folder: String) {
    let prefix = Array("\(folder)/".utf8)
    var first: [[UInt8]: LayerPath] = [:]
    for path in changes.keys.sorted() {
      guard case .file(.path(let content))? = changes[path]?.kind, content.starts(with: prefix) else { continue }
      if let other = first[content] { changes[path]?.kind = .hardlink(to: other) } else { first[content] = path }
    }
  }

  private func existing(_ path: LayerPath) throws -> LayerEntry? {
    try entry(at: path).flatMap { $0.kind == .directory ? $0 : nil }
  }

  private func new(_ path: LayerPath, _ owner: Owner) -> LayerEntry {
    LayerEntry(path: path, kind: .directory, mode: 0o755, uid: owner.uid, gid: owner.gid, modified: .max)
  }

  private static let otherPlace = "choose another destination"
}
