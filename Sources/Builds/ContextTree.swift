import Glibc
import Layers
import Native

/// The folder that a context's tar is unpacked into.
struct ContextTree: ~Copyable {
  let root: FileDescriptor
  /// Bytes that may still come.
  private var room: Int
  /// Directories' modes and times, set at the end: what is made in a directory changes its time, and may need its mode.
  private var directories: [LayerPath: TarHeader] = [:]

  init(root: consuming FileDescriptor, limit: Int) {
    self.root = root
    room = limit
  }

  /// Makes one member; a later one of the same name takes the place of the one before.
  mutating func add(_ header: TarHeader, _ reader: inout TarReader) throws {
    guard let path = LayerPath(bytes: header.path) else { throw refusal("leads out of it", header.path) }
    guard let parent = path.parent else { return }
    let directory = try directory(at: parent)
    let existing = try FileStatus.of(path.name, at: directory.raw)
    if header.kind == .directory {
      directories[path] = header
      if existing?.kind == .directory { return }
    }
    if existing != nil { try directory.removeTree(path.name) }
    switch header.kind {
    case .directory: try directory.makeDirectory(path.name)
    case .file(let size):
      room -= size
      guard room >= 0 else { throw refusal("makes it too large", header.path) }
      let file = try directory.open(at: path.name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: 0o600)
      try reader.readContent { (offset, bytes) throws(NativeError) in try file.write(bytes, at: offset) }
      try file.truncate(to: size)
      try file.setMode(header.mode)
      try file.setTime(header.modified)
    case .symlink(let target):
      try directory.makeSymlink(path.name, to: target)
      try directory.setTime(of: path.name, to: header.modified)
    case .hardlink(let target):
      guard let other = LayerPath(bytes: target), let place = other.parent else {
        throw refusal("is a link that leads out of it", header.path)
      }
      try directory.makeHardlink(path.name, to: other.name, of: self.directory(at: place))
    case .characterDevice, .blockDevice, .fifo: throw refusal("is no file, folder or link", header.path)
    }
  }

  func finish() throws {
    // What is deepest first: to set a folder's mode needs those above it.
    for (path, header) in directories.sorted(by: { $0.key > $1.key }) {
      guard let parent = path.parent else { continue }
      let directory = try root.open(inRoot: parent.isRoot ? [UInt8(ascii: ".")] : parent.bytes, O_RDONLY | O_DIRECTORY)
      guard try FileStatus.of(path.name, at: directory.raw)?.kind == .directory else { continue }
      let own = try directory.open(at: path.name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
      try own.setMode(header.mode)
      try own.setTime(header.modified)
    }
  }

  /// Opened as if the root were `/`; made where it is missing.
  private func directory(at path: LayerPath) throws -> FileDescriptor {
    do throws(NativeError) {
      return try root.open(inRoot: path.isRoot ? [UInt8(ascii: ".")] : path.bytes, O_RDONLY | O_DIRECTORY)
    } catch {
      guard error.errno == ENOENT else { throw error }
    }
    guard let parent = path.parent else { throw refusal("has no folder", path.bytes) }
    let above = try directory(at: parent)
    try above.makeDirectory(path.name)
    return try above.open(at: path.name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
  }

  private func refusal(_ what: String, _ path: [UInt8]) -> BuildError {
    BuildError(
      code: .input, message: "\(String(decoding: path, as: UTF8.self)) of the build context's tar \(what)",
      hint: "make the tar anew: tar -c .")
  }
}
