import Glibc
import Native

/// An unpacked layer, in the form of an overlay mount's directory, to be copied upon a tree of real files.
///
/// Nothing of the copy is shared with the layer but blocks, where the file system can. Each name becomes a file of its own, also
/// where the layer has one file under several: as overlayfs, whose commands see such files come apart when they write to one.
///
/// Blocks. Whoever calls it is the only one to change the tree.
package struct OverlayLayer: Sendable {
  /// On the host.
  package let path: [UInt8]
  package let marks: OverlayMarks

  package init(_ path: [UInt8], marks: OverlayMarks) {
    self.path = path
    self.marks = marks
  }

  /// Copies the layer upon the directory `tree`, which gets its owner, mode and time too: what the layer removes goes.
  package func apply(onto tree: [UInt8]) throws(LayerError) {
    do {
      try applyDirectory(path, onto: tree, isNew: false)
    } catch {
      throw LayerError.wrapping(error)
    }
  }

  /// Copies a file, link or node to `destination`, where nothing is.
  package static func copyFile(_ source: [UInt8], to destination: [UInt8]) throws(LayerError) {
    do {
      guard let status = try FileStatus.of(source) else {
        throw LayerError(code: .notFound, message: "\(String(decoding: source, as: UTF8.self)) is not there")
      }
      try copy(source, status, to: destination)
    } catch {
      throw LayerError.wrapping(error)
    }
  }

  /// Gives the directory `destination` what the directory `source` has besides its content.
  package static func copyAttributes(of source: [UInt8], to destination: [UInt8]) throws(LayerError) {
    do {
      let from = try FileDescriptor.open(source, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
      let to = try FileDescriptor.open(destination, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
      try copyAttributes(of: from, from.status(), to: to)
    } catch {
      throw LayerError.wrapping(error)
    }
  }

  private func applyDirectory(_ source: [UInt8], onto destination: [UInt8], isNew: Bool) throws {
    var directories: [[UInt8]] = []
    do {
      let from = try FileDescriptor.open(source, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
      let to = try FileDescriptor.open(destination, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
      if !isNew, try marks.isOpaque(.descriptor(from.raw, name: from.name)) {
        for name in try to.names() { try to.removeTree(name) }
      }
      for name in try from.names() {
        guard let status = try FileStatus.of(name, at: from.raw) else { continue }
        if status.kind == .directory {
          directories.append(name)
          continue
        }
        if !isNew { try to.removeTree(name) }
        guard status.kind != .characterDevice(major: 0, minor: 0) else { continue }
        try Self.copy(Self.join(source, name), status, to: Self.join(destination, name))
      }
    }
    for name in directories {
      let place = Self.join(destination, name)
      let existing = isNew ? nil : try FileStatus.of(place)
      if existing?.kind != .directory {
        let to = try FileDescriptor.open(destination, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
        if existing != nil { try to.removeTree(name) }
        try to.makeDirectory(name)
      }
      try applyDirectory(Self.join(source, name), onto: place, isNew: existing?.kind != .directory)
    }
    // Last, as what is made in a directory changes its time.
    try Self.copyAttributes(of: source, to: destination)
  }

  private static func copy(_ source: [UInt8], _ status: FileStatus, to destination: [UInt8]) throws {
    switch status.kind {
    case .directory: return
    case .file:
      let from = try FileDescriptor.open(source, O_RDONLY | O_NOFOLLOW)
      let to = try FileDescriptor.open(destination, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: 0o600)
      if status.size > 0, !to.clone(from) { try from.copyContent(to: to) }
      return try copyAttributes(of: from, status, to: to)
    case .symlink:
      try parent(of: destination).makeSymlink(name(of: destination), to: FileStatus.linkTarget(of: source))
    case .characterDevice(let major, let minor): try makeNode(destination, S_IFCHR, major, minor)
    case .blockDevice(let major, let minor): try makeNode(destination, S_IFBLK, major, minor)
    case .fifo: try makeNode(destination, S_IFIFO, 0, 0)
    case .socket: return
    }
    let folder = try parent(of: destination)
    let name = name(of: destination)
    try folder.setOwner(of: name, uid: status.uid, gid: status.gid)
    if status.kind != .symlink { try folder.setMode(of: name, to: status.mode) }
    for attribute in try TreeView([]).attributes(ofHostPath: source) { try attribute.set(at: .path(destination)) }
    try folder.setTime(of: name, to: status.modified.seconds, status.modified.nanoseconds)
  }

  private static func makeNode(_ path: [UInt8], _ type: mode_t, _ major: UInt32, _ minor: UInt32) throws {
    try parent(of: path).makeNode(name(of: path), type, mode: 0o600, major: major, minor: minor)
  }

  private static func copyAttributes(
    of source: borrowing FileDescriptor, _ status: FileStatus, to destination: borrowing FileDescriptor
  ) throws {
    try destination.setOwner(uid: status.uid, gid: status.gid)
    // After the owner, whose change clears setuid and capabilities.
    try destination.setMode(status.mode)
    let place = ExtendedAttribute.Place.descriptor(destination.raw, name: destination.name)
    let wanted = try ExtendedAttribute.all(of: .descriptor(source.raw, name: source.name))
      .filter { !OverlayMarks.belongsToHost($0.name) }
    if status.kind == .directory {
      for attribute in try ExtendedAttribute.all(of: place)
      where !wanted.contains(attribute) && !OverlayMarks.belongsToHost(attribute.name) {
        try ExtendedAttribute.remove(attribute.name, at: place)
      }
    }
    for attribute in wanted { try attribute.set(at: place) }
    try destination.setTime(status.modified.seconds, status.modified.nanoseconds)
  }

  private static func join(_ folder: [UInt8], _ name: [UInt8]) -> [UInt8] { folder + [UInt8(ascii: "/")] + name }

  private static func name(of path: [UInt8]) -> [UInt8] {
    Array(path[(path.lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? 0)...])
  }

  private static func parent(of path: [UInt8]) throws(NativeError) -> FileDescriptor {
    let slash = path.lastIndex(of: UInt8(ascii: "/")) ?? 0
    return try FileDescriptor.open(Array(path[..<slash]), O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
  }
}
