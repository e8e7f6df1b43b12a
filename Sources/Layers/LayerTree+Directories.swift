import Glibc
import Native

/// Directories of a layer that is being unpacked, and what it removes.
extension LayerTree {
  /// The directory at `path`, made when it is missing.
  mutating func directory(at path: LayerPath) throws -> Directory {
    if let latest, latest.path == path { return latest.directory }
    let directory = if let found = try openDirectory(path) { found } else { try makeMissing(path) }
    latest = (path, directory)
    return directory
  }

  /// Nil when there is no directory.
  func openDirectory(_ path: LayerPath) throws -> Directory? {
    let bytes = path.isRoot ? [UInt8(ascii: ".")] : path.bytes
    do throws(NativeError) {
      return Directory(try root.open(inRoot: bytes, O_RDONLY | O_DIRECTORY))
    } catch {
      guard error.errno == ENOENT || error.errno == ENOTDIR else { throw error }
      return nil
    }
  }

  /// Makes a directory in the place of whatever is there and is none. One that was removed by this layer starts empty.
  mutating func makeDirectory(_ path: LayerPath, in directory: Directory) throws {
    let existing = try FileStatus.of(path.name, at: directory.file.raw)
    if existing?.kind == .directory { return }
    if existing != nil { try remove(path, in: directory) }
    try directory.file.makeDirectory(path.name)
    if existing?.kind == .characterDevice(major: 0, minor: 0) { try hideLower(path, path.name, in: directory) }
  }

  /// Runs `make`, and again without what is in its way.
  mutating func replacing<Value: ~Copyable>(
    _ path: LayerPath, in directory: Directory, _ make: () throws(NativeError) -> Value
  ) throws -> Value {
    do throws(NativeError) {
      return try make()
    } catch {
      guard error.errno == EEXIST else { throw error }
      try remove(path, in: directory)
      return try make()
    }
  }

  mutating func apply(_ whiteout: Whiteout, in parent: LayerPath) throws {
    if case .name(let name) = whiteout, LayerPath(bytes: name)?.name != name || name.isEmpty {
      throw Self.hostile("it removes", name)
    }
    guard whiteout != .ignored, let directory = try directoryToRemove(from: parent) else { return }
    switch (whiteout, form) {
    case (.opaque, .overlay): try hideLower(parent, [UInt8(ascii: ".")], in: directory)
    case (.opaque, .flat): try removeOthers(in: parent, directory)
    case (.name(let name), .overlay):
      let path = parent.appending(name)
      if try FileStatus.of(name, at: directory.file.raw)?.kind == .directory {
        try hideLower(path, name, in: directory)
      } else if !made.contains(path) {
        try replacing(path, in: directory) { () throws(NativeError) in
          try directory.file.makeNode(name, S_IFCHR, mode: 0)
        }
      }
    case (.name(let name), .flat):
      let path = parent.appending(name)
      if !made.contains(path) {
        try remove(path, in: directory)
      } else if try FileStatus.of(name, at: directory.file.raw)?.kind == .directory {
        try removeOthers(in: path, Directory(directory.file.open(at: name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)))
      }
    case (.ignored, _): return
    }
  }

  /// Copies a file of the layers below that this layer has a link to.
  mutating func copyFromLower(_ target: LayerPath, to path: LayerPath, in directory: Directory) throws {
    try askLower()
    let resolved = try lower.resolve(target.bytes, followsLast: false)
    guard let node = try lower.node(at: resolved), node.status.kind == .file else {
      throw LayerError(
        code: .corrupt, message: "\(path) is a link to \(target), which is not there",
        hint: "The layer does not fit those below it.")
    }
    let name = path.name
    let source = try FileDescriptor.open(node.hostPath, O_RDONLY | O_NOFOLLOW)
    let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW
    let copy = try replacing(path, in: directory) { () throws(NativeError) in
      try directory.file.open(at: name, flags, mode: 0o600)
    }
    try source.forEachChunk { (bytes) throws(NativeError) in try copy.write(bytes) }
    try copy.copyAttributes(of: source, status: node.status)
    try copy.setTime(node.status.modified.seconds)
  }

  /// Notes that the layers below are about to be asked.
  private mutating func askLower() throws {
    guard isLowerKnown else {
      throw LayerError(code: .notFound, message: "the layer asks those below it, which are not there yet")
    }
    dependsOnLower = true
  }

  private mutating func remove(_ path: LayerPath, in directory: Directory) throws {
    latest = nil
    try directory.file.removeTree(path.name)
  }

  /// Where a whiteout is to be applied; nil when nothing is there that it could remove.
  private mutating func directoryToRemove(from path: LayerPath) throws -> Directory? {
    if let directory = try openDirectory(path) { return directory }
    guard case .overlay = form else { return nil }
    try askLower()
    guard try lower.node(at: lower.resolve(path.bytes))?.status.kind == .directory else { return nil }
    return try directory(at: path)
  }

  /// Removes what this layer has not made.
  private mutating func removeOthers(in path: LayerPath, _ directory: Directory) throws {
    for name in try directory.file.names() {
      let child = path.appending(name)
      if !made.contains(child) {
        try remove(child, in: directory)
      } else if try FileStatus.of(name, at: directory.file.raw)?.kind == .directory {
        try removeOthers(in: child, Directory(directory.file.open(at: name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)))
      }
    }
  }

  /// Makes `path` and what is missing above it: with mode and owner that it has below, else 0755 of root.
  private mutating func makeMissing(_ path: LayerPath) throws -> Directory {
    var directory = Directory(try root.open(at: [UInt8(ascii: ".")], O_RDONLY | O_DIRECTORY))
    for place in path.ancestors + [path] {
      if let next = try openDirectory(place) {
        directory = next
        continue
      }
      try askLower()
      let below = try lower.node(at: place)
      switch try FileStatus.of(place.name, at: directory.file.raw)?.kind {
      case nil:
        if below?.status.kind == .symlink, let rest = place.remainder(of: path) {
          // The path goes on where the link below leads.
          return try self.directory(at: lower.resolve(place.bytes).appending(rest))
        }
      case .characterDevice(major: 0, minor: 0): break
      default: throw Self.hostile("its member is below something that is no directory:", place.bytes)
      }
      try makeDirectory(place, in: directory)
      made.insert(place)
      let new = Directory(try directory.file.open(at: place.name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW))
      if let below, below.status.kind == .directory {
        let source = try FileDescriptor.open(below.hostPath, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
        try new.file.copyAttributes(of: source, status: below.status)
      } else {
        try new.file.setMode(0o755)
      }
      times[place] = below?.status.modified.seconds ?? 0
      directory = new
    }
    return directory
  }

  /// Hides what the layers below have in the directory `path`, which is `name` in `directory`.
  private mutating func hideLower(_ path: LayerPath, _ name: [UInt8], in directory: Directory) throws {
    guard case .overlay(let marks) = form else { return }
    try marks.makeOpaque(.entry(name, of: directory.file.raw))
    opaque.insert(path)
  }

  /// Below an opaque directory nothing of the layers below shows, so nothing has to be removed.
  func removeWhiteouts(in path: LayerPath) throws {
    guard let directory = try openDirectory(path) else { return }
    for name in try directory.file.names() {
      switch try FileStatus.of(name, at: directory.file.raw)?.kind {
      case .characterDevice(major: 0, minor: 0): try directory.file.removeTree(name)
      case .directory: try removeWhiteouts(in: path.appending(name))
      default: continue
      }
    }
  }
}

extension FileDescriptor {
  /// Gives this file owner, mode and extended attributes of another.
  fileprivate func copyAttributes(of source: borrowing FileDescriptor, status: FileStatus) throws(NativeError) {
    try setOwner(uid: status.uid, gid: status.gid)
    try setMode(status.mode)
    for attribute in try ExtendedAttribute.all(of: .descriptor(source.raw, name: source.name))
    where !OverlayMarks.belongsToHost(attribute.name) {
      try attribute.set(at: .descriptor(raw, name: name))
    }
  }
}
