import Glibc
import Native

/// A directory that a layer is being unpacked into.
///
/// Each member's directory is opened as if the root were `/` (openat2), and the member made in it by calls that follow no
/// link; so no name, link or order of members leads outside.
struct LayerTree: ~Copyable {
  let root: FileDescriptor
  let form: LayerExtractor.Form
  let lower: TreeView
  /// Whether `lower` may be asked.
  let isLowerKnown: Bool
  /// Bytes that the files may have together.
  private let limit: Int
  private var size: Int
  /// Set when the layers below were asked for something.
  var dependsOnLower: Bool
  /// What this layer has made, so that its own whiteouts do not remove it.
  var made: Set<LayerPath>
  /// Directories' times, set at the end: what is made in a directory changes its time.
  var times: [LayerPath: Int]
  /// Directories that the layer marks as opaque, in which an overlay mount would show whiteouts as broken entries.
  var opaque: Set<LayerPath>
  /// The directory of the member before: most members stand beside another.
  var latest: (path: LayerPath, directory: Directory)?

  /// An open directory, in a box that can be kept.
  final class Directory {
    let file: FileDescriptor

    init(_ file: consuming FileDescriptor) { self.file = file }
  }

  init(root: consuming FileDescriptor, form: LayerExtractor.Form, lower: TreeView?, limit: Int) {
    self.root = root
    self.form = form
    self.lower = lower ?? TreeView([])
    isLowerKnown = lower != nil
    self.limit = limit
    size = 0
    dependsOnLower = false
    made = []
    times = [:]
    opaque = []
    latest = nil
  }

  /// Makes what `header` says; `reader` has the content.
  ///
  /// - Throws: `LayerError` when the member is not one that a layer has, `NativeError` when the system refuses.
  mutating func apply(_ header: TarHeader, _ reader: inout TarReader) throws {
    guard let path = LayerPath(bytes: header.path) else { throw Self.hostile("a member has the name", header.path) }
    guard let parent = path.parent else {
      // A root that is anything but a directory makes no sense and does no harm.
      if header.kind == .directory {
        try setAttributes(of: root, header)
        times[path] = header.modified
      }
      return
    }
    if let whiteout = Whiteout(name: path.name) { return try apply(whiteout, in: parent) }
    if case .hardlink(let target) = header.kind {
      guard let target = LayerPath(bytes: target), !target.isRoot else {
        throw Self.hostile("\(path) is a link to", target)
      }
      try makeHardlink(path, to: target, in: directory(at: parent))
    } else {
      try make(path, in: directory(at: parent), header, &reader)
    }
    made.insert(path)
  }

  /// Sets what has to wait for the end.
  mutating func finish() throws {
    for path in opaque { try removeWhiteouts(in: path) }
    for (path, time) in times.sorted(by: { $0.key < $1.key }) {
      guard let parent = path.parent else {
        try root.setTime(time)
        continue
      }
      let directory = try directory(at: parent)
      // A later member may have taken its place.
      guard try FileStatus.of(path.name, at: directory.file.raw)?.kind == .directory else { continue }
      try directory.file.setTime(of: path.name, to: time)
    }
  }

  private mutating func make(
    _ path: LayerPath, in directory: Directory, _ header: TarHeader, _ reader: inout TarReader
  ) throws {
    let name = path.name
    switch header.kind {
    case .directory:
      try makeDirectory(path, in: directory)
      try setAttributes(of: directory.file.open(at: name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW), header)
      times[path] = header.modified
    case .file(let fileSize):
      size += fileSize
      guard size <= limit else {
        throw LayerError(
          code: .limit, message: "the layer's files have more than \(limit) bytes",
          hint: "If that is right, allow more.")
      }
      try makeFile(path, size: fileSize, in: directory, header, &reader)
    case .symlink(let target):
      try replacing(path, in: directory) { () throws(NativeError) in
        try directory.file.makeSymlink(name, to: target)
      }
      try setAttributes(of: name, in: directory, header, hasMode: false)
    case .characterDevice(let major, let minor):
      guard major != 0 || minor != 0 else {
        throw LayerError(code: .corrupt, message: "\(path) is the device 0/0, which overlayfs takes for a removed file")
      }
      try makeNode(path, S_IFCHR, major, minor, in: directory, header)
    case .blockDevice(let major, let minor): try makeNode(path, S_IFBLK, major, minor, in: directory, header)
    case .fifo: try makeNode(path, S_IFIFO, 0, 0, in: directory, header)
    case .hardlink: return
    }
  }

  private mutating func makeFile(
    _ path: LayerPath, size: Int, in directory: Directory, _ header: TarHeader, _ reader: inout TarReader
  ) throws {
    let name = path.name
    let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW
    let file = try replacing(path, in: directory) { () throws(NativeError) in
      try directory.file.open(at: name, flags, mode: 0o600)
    }
    var end = 0
    try reader.readContent { (offset, bytes) throws(NativeError) in
      try file.write(bytes, at: offset)
      end = offset + bytes.count
    }
    if end < size { try file.truncate(to: size) }
    try setAttributes(of: file, header)
    try file.setTime(header.modified)
  }

  private mutating func makeNode(
    _ path: LayerPath, _ type: mode_t, _ major: UInt32, _ minor: UInt32, in directory: Directory, _ header: TarHeader
  ) throws {
    let name = path.name
    do {
      try replacing(path, in: directory) { () throws(NativeError) in
        try directory.file.makeNode(name, type, mode: 0o600, major: major, minor: minor)
      }
    } catch let error as NativeError where error.errno == EPERM && type != S_IFIFO && UserNamespace.isEntered {
      // No user namespace makes devices, nor could a command in one open them; the layer itself keeps them.
      return
    }
    try setAttributes(of: name, in: directory, header, hasMode: true)
  }

  private mutating func makeHardlink(_ path: LayerPath, to target: LayerPath, in directory: Directory) throws {
    let name = path.name
    guard let source = try hardlinkSource(target) else { return try copyFromLower(target, to: path, in: directory) }
    let existing = try FileStatus.of(name, at: directory.file.raw)
    let wanted = try FileStatus.of(target.name, at: source.file.raw)
    guard wanted?.kind != .directory else { throw Self.hostile("\(path) is a link to the directory", target.bytes) }
    // Two names of one file already: making way for the new one would lose it.
    if let existing, existing.inode == wanted?.inode, existing.device == wanted?.device { return }
    try replacing(path, in: directory) { () throws(NativeError) in
      try directory.file.makeHardlink(name, to: target.name, of: source.file)
    }
  }

  /// The directory in this layer that has `target`; nil when it is not in this layer.
  private func hardlinkSource(_ target: LayerPath) throws -> Directory? {
    guard let parent = target.parent, let source = try openDirectory(parent) else { return nil }
    switch try FileStatus.of(target.name, at: source.file.raw)?.kind {
    case nil: return nil
    case .characterDevice(major: 0, minor: 0): throw Self.hostile("a link leads to the removed file", target.bytes)
    default: return source
    }
  }

  private func setAttributes(of file: borrowing FileDescriptor, _ header: TarHeader) throws {
    try file.setOwner(uid: header.uid, gid: header.gid)
    // After the owner, whose change clears setuid and capabilities.
    try file.setMode(header.mode)
    try set(header.attributes, at: .descriptor(file.raw, name: file.name))
  }

  private func setAttributes(
    of name: [UInt8], in directory: Directory, _ header: TarHeader, hasMode: Bool
  ) throws {
    try directory.file.setOwner(of: name, uid: header.uid, gid: header.gid)
    if hasMode { try directory.file.setMode(of: name, to: header.mode) }
    try set(header.attributes, at: .entry(name, of: directory.file.raw))
    try directory.file.setTime(of: name, to: header.modified)
  }

  private func set(_ attributes: [ExtendedAttribute], at place: ExtendedAttribute.Place) throws {
    for attribute in attributes where !OverlayMarks.belongsToHost(attribute.name) {
      do throws(NativeError) {
        try attribute.set(at: place)
      } catch {
        // File systems may have no attributes of users, and links and devices never have; none depends on them.
        guard attribute.name.starts(with: "user.".utf8), error.errno == EOPNOTSUPP || error.errno == EPERM else {
          throw error
        }
      }
    }
  }

  static func hostile(_ what: String, _ name: [UInt8]) -> LayerError {
    LayerError(
      code: .corrupt, message: "the layer is not safe to unpack: \(what) \(String(decoding: name, as: UTF8.self))",
      hint: "Do not use this image.")
  }
}
