import Glibc
import Native

extension TreeSnapshot {
  /// Brings what has changed into the new directory `upper`, in the form that an overlay mount would have left it in.
  ///
  /// What is new is moved there, so that it costs nothing; it is missing in the tree until the layer is applied to it. What was
  /// altered is copied, as some of it may turn out to be the same as before.
  ///
  /// - Parameter changes: since the snapshot; a path that has gone meanwhile is passed over.
  package static func move(
    _ changes: [(path: LayerPath, change: Change)], from tree: String, to upper: String, marks: OverlayMarks
  ) throws(LayerError) {
    do {
      guard mkdir(upper, 0o755) == 0 else { throw NativeError(failed: "make \(upper)") }
      var move = UpperMove(tree: Array(tree.utf8), upper: Array(upper.utf8), marks: marks)
      for (path, change) in changes { try move.bring(path, change) }
      try move.finish()
    } catch {
      throw LayerError.wrapping(error)
    }
  }
}

/// The upper directory in the making.
private struct UpperMove {
  let tree: [UInt8]
  let upper: [UInt8]
  let marks: OverlayMarks
  /// Directories of the tree that are in `upper` too, with the time that they have there in the end.
  private var directories: [LayerPath: (seconds: Int, nanoseconds: Int)] = [:]

  init(tree: [UInt8], upper: [UInt8], marks: OverlayMarks) {
    self.tree = tree
    self.upper = upper
    self.marks = marks
  }

  mutating func bring(_ path: LayerPath, _ change: TreeSnapshot.Change) throws {
    let parent = path.parent ?? .root
    let now = try FileStatus.of(host(tree, path))
    switch change {
    case .removed:
      try makeDirectory(parent)
      try open(upper, parent).makeNode(path.name, S_IFCHR, mode: 0)
    case .directory:
      if now?.kind == .directory { try makeDirectory(path) }
    case .altered:
      guard let now else { return }
      try makeDirectory(parent)
      // The names of one file stay together.
      if now.links > 1 || now.kind == .socket {
        try move(path, from: parent)
      } else {
        try OverlayLayer.copyFile(host(tree, path), to: host(upper, path))
      }
    case .made(let hidesLower):
      guard let now else { return }
      try makeDirectory(parent)
      try move(path, from: parent)
      if hidesLower, now.kind == .directory {
        try LayerError.translating { try marks.makeOpaque(.path(host(upper, path))) }
        try setTime(path, now.modified)
      }
    }
  }

  /// Sets what making files has changed.
  func finish() throws {
    for (path, time) in directories { try setTime(path, time) }
  }

  private func move(_ path: LayerPath, from parent: LayerPath) throws {
    try open(tree, parent).move(path.name, to: path.name, of: open(upper, parent))
  }

  /// The directory `path` and those above it, as they are in the tree.
  private mutating func makeDirectory(_ path: LayerPath) throws {
    guard !path.isRoot, directories[path] == nil else { return }
    try makeDirectory(path.parent ?? .root)
    guard let status = try FileStatus.of(host(tree, path)) else {
      throw LayerError(code: .changed, message: "\(path) went away while the layer was made")
    }
    try open(upper, path.parent ?? .root).makeDirectory(path.name)
    try OverlayLayer.copyAttributes(of: host(tree, path), to: host(upper, path))
    directories[path] = status.modified
  }

  private func setTime(_ path: LayerPath, _ time: (seconds: Int, nanoseconds: Int)) throws {
    try open(upper, path).setTime(time.seconds, time.nanoseconds)
  }

  private func open(_ root: [UInt8], _ path: LayerPath) throws(NativeError) -> FileDescriptor {
    try FileDescriptor.open(host(root, path), O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
  }

  private func host(_ root: [UInt8], _ path: LayerPath) -> [UInt8] {
    path.isRoot ? root : root + [UInt8(ascii: "/")] + path.bytes
  }
}
