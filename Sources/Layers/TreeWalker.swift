import Glibc
import Native

/// Lists what is in a directory as the entries of a layer, in the layer's order.
///
/// Hardlinks are found inside the tree: the first name is the file, the others are links to it. Sockets are left out, as
/// are attributes that belong to the host. The walk expects nobody to change the tree meanwhile.
package struct TreeWalker: Sendable {
  package enum Form: Sendable {
    /// Every file is itself.
    case plain
    /// The upper directory of an overlay mount: 0/0 devices and marked directories say what is removed. The mount had
    /// `redirect_dir=off,metacopy=off`. Source: Linux, Documentation/filesystems/overlayfs.rst.
    case overlay(OverlayMarks)
  }

  package let root: String
  package let form: Form
  /// Paths that are left out with all that is below them, such as the mount points that a runtime makes.
  package let excluded: Set<LayerPath>
  /// Takes a sentence about something that a person may want to know.
  package let notice: @Sendable (String) -> Void

  package init(
    root: String, form: Form = .plain, excluding excluded: Set<LayerPath> = [],
    notice: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    self.root = root
    self.form = form
    self.excluded = excluded
    self.notice = notice
  }

  /// A file that has more than one name.
  private struct Inode: Hashable {
    var device: UInt64
    var number: UInt64
  }

  private struct Walk {
    var firstNames: [Inode: LayerPath] = [:]
  }

  /// Calls `body` with each entry; the root itself is none.
  ///
  /// - Throws: `LayerError` when something cannot be read or has no form in a layer, or what `body` throws.
  package func forEach(_ body: (LayerEntry) throws(LayerError) -> Void) throws(LayerError) {
    var walk = Walk()
    try visit(.root, &walk, body)
  }

  /// All entries at once, for small trees.
  package func entries() throws(LayerError) -> [LayerEntry] {
    var all: [LayerEntry] = []
    try forEach { (entry) throws(LayerError) in all.append(entry) }
    return all
  }

  private func visit(
    _ directory: LayerPath, _ walk: inout Walk, _ body: (LayerEntry) throws(LayerError) -> Void
  ) throws(LayerError) {
    var children: [(entry: LayerEntry, status: FileStatus)] = []
    let names = try LayerError.translating {
      try FileDescriptor.open(hostPath(directory), O_RDONLY | O_DIRECTORY | O_NOFOLLOW).names()
    }
    for name in names {
      let path = directory.appending(name)
      guard !excluded.contains(path), let (entry, status) = try entry(at: path) else { continue }
      if entry.kind == .whiteout { try body(entry) } else { children.append((entry, status)) }
    }
    for (var child, status) in children {
      // Only now, as a file in one of the directories before may have another name of this one.
      if let first = firstName(of: child.path, status, &walk) { child.kind = .hardlink(to: first) }
      try body(child)
      guard child.kind == .directory else { continue }
      if try isOpaque(child.path) { try body(LayerEntry(path: child.path, kind: .opaque)) }
      try visit(child.path, &walk, body)
    }
  }

  /// The name that a file has had before in this walk; nil for the first.
  private func firstName(of path: LayerPath, _ status: FileStatus, _ walk: inout Walk) -> LayerPath? {
    guard status.links > 1, status.kind != .directory else { return nil }
    let inode = Inode(device: status.device, number: status.inode)
    if let first = walk.firstNames[inode] { return first }
    walk.firstNames[inode] = path
    return nil
  }

  private func entry(at path: LayerPath) throws(LayerError) -> (LayerEntry, FileStatus)? {
    let host = hostPath(path)
    let status: FileStatus?
    var attributes: [ExtendedAttribute]
    do throws(NativeError) {
      status = try FileStatus.of(host)
      attributes = try ExtendedAttribute.all(of: .path(host))
    } catch {
      throw LayerError(error)
    }
    guard let status else {
      throw LayerError(code: .changed, message: "\(root)\(path) went away while it was read")
    }
    if case .overlay(let marks) = form {
      if status.kind == .characterDevice(major: 0, minor: 0) {
        return (LayerEntry(path: path, kind: .whiteout), status)
      }
      try marks.requirePlain(attributes, at: path)
    }
    attributes.removeAll { OverlayMarks.belongsToHost($0.name) }
    guard let kind = kind(of: status, at: path, host) else { return nil }
    let entry = LayerEntry(
      path: path, kind: try kind.get(), mode: status.mode, uid: status.uid, gid: status.gid,
      modified: status.modified.seconds, attributes: attributes)
    return (entry, status)
  }

  /// Nil for what no layer holds.
  private func kind(
    of status: FileStatus, at path: LayerPath, _ host: [UInt8]
  ) -> Result<LayerEntry.Kind, LayerError>? {
    switch status.kind {
    case .directory: return .success(.directory)
    case .file: return .success(.file(source(of: status, at: path, host)))
    case .symlink:
      return Result { () throws(LayerError) in
        .symlink(target: try LayerError.translating { try FileStatus.linkTarget(of: host) })
      }
    case .characterDevice(let major, let minor): return .success(.characterDevice(major: major, minor: minor))
    case .blockDevice(let major, let minor): return .success(.blockDevice(major: major, minor: minor))
    case .fifo: return .success(.fifo)
    case .socket: return nil
    }
  }

  /// Login records that a high user number has made a giant of holes are written empty.
  private func source(of status: FileStatus, at path: LayerPath, _ host: [UInt8]) -> FileSource {
    guard ["var/log/lastlog", "var/log/faillog"].contains(String(decoding: path.bytes, as: UTF8.self)),
      status.size > 1 << 20, status.allocated < status.size / 2
    else { return .path(host) }
    notice("\(path) is \(status.size) bytes of holes; the layer has it empty")
    return .bytes([])
  }

  private func isOpaque(_ path: LayerPath) throws(LayerError) -> Bool {
    guard case .overlay(let marks) = form else { return false }
    return try LayerError.translating { try marks.isOpaque(.path(hostPath(path))) }
  }

  private func hostPath(_ path: LayerPath) -> [UInt8] {
    path.isRoot ? Array(root.utf8) : Array(root.utf8) + [UInt8(ascii: "/")] + path.bytes
  }
}
