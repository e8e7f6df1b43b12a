import Dockerfiles
import Glibc
import Layers
import Native

/// A build context that comes as a tar, compressed or not. It is unpacked into a folder that goes away with the last who
/// holds it; nothing in it is written, or read, outside of that folder.
package struct ContextArchive: Sendable {
  private let folder: ScratchFolder
  private var directory: String { folder.path + "/context" }

  /// Unpacks what `source` gives. Owners are not kept, as COPY does not look at them.
  ///
  /// - Parameter limit: bytes that the files may have together.
  /// - Throws: `BuildError` with code `input` for what is no tar, or has what no build context has.
  package init(
    cache: BuildCache, limit: Int = LayerExtractor.defaultLimit, from source: @escaping TarReader.Source
  ) throws {
    try self.init(emptyIn: cache)
    var tree = ContextTree(root: try FileDescriptor.open(directory, O_RDONLY | O_DIRECTORY), limit: limit)
    do {
      var reader = try TarReader(compressed: true, requiresEndMarker: false, from: source)
      while let header = try reader.next() { try tree.add(header, &reader) }
      try tree.finish()
    } catch let error as NativeError where error.errno == nil {
      throw BuildError(
        code: .input, message: "the build context cannot be unpacked: \(error.reason)",
        hint: "give a tar of the folder: tar -c . | imagesmith build -")
    }
  }

  /// A context without any file, for a Dockerfile that comes alone.
  package init(emptyIn cache: BuildCache) throws(NativeError) {
    folder = try cache.makeWorkArea()
    guard mkdir(directory, 0o755) == 0 else { throw NativeError(failed: "make \(directory)") }
  }

  /// The context, without what `NAME.dockerignore` or `.dockerignore` in it leaves out.
  ///
  /// - Parameter dockerfile: the path of the Dockerfile in the archive.
  package func context(dockerfile: String) throws -> BuildContext {
    for name in [dockerfile + ".dockerignore", ".dockerignore"] {
      guard let bytes = try read(name) else { continue }
      let ignore = try DockerIgnore.parse(String(decoding: bytes, as: UTF8.self), file: name)
      return BuildContext(directory: directory, ignore: ignore, unpacked: self)
    }
    return BuildContext(directory: directory, ignore: nil, unpacked: self)
  }

  /// A file of the archive, links followed as if its folder were the root; nil when it is not there.
  package func read(_ path: String) throws(NativeError) -> [UInt8]? {
    do throws(NativeError) {
      let root = try FileDescriptor.open(directory, O_RDONLY | O_DIRECTORY)
      return try root.open(inRoot: Array(path.utf8), O_RDONLY).readAll(limit: 16 << 20)
    } catch {
      guard error.errno == ENOENT || error.errno == ENOTDIR else { throw error }
      return nil
    }
  }
}

/// The folder that a context's tar is unpacked into.
private struct ContextTree: ~Copyable {
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
