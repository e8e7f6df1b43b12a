import Glibc
import Layers
import Native

/// Copies files of a source into a folder of the machine, for a RUN to see.
///
/// Hardlinks, modes, times and an image's owners stay; a folder's files become root's, as COPY makes them, so that nothing
/// shows who owns them on this machine. Devices are left out.
enum TreeCopy {
  /// Whether all of `files` belong to root already.
  static func areRoots(_ files: [CopySource.File]) -> Bool {
    files.allSatisfy { $0.status.uid == 0 && $0.status.gid == 0 }
  }

  /// Fills the empty folder `directory`. When the first of `files` is no folder, it becomes the file `name` there.
  ///
  /// - Parameter files: as `CopySource.files` lists them.
  /// - Throws: `NativeError`.
  static func make(_ files: [CopySource.File], from source: CopySource, in directory: String, name: String) throws {
    let root = Array(directory.utf8)
    func place(_ below: LayerPath) -> [UInt8] { below.isRoot ? root : root + [UInt8(ascii: "/")] + below.bytes }
    var folders: [(path: [UInt8], file: CopySource.File)] = []
    for file in files {
      let isTop = file.below.isRoot
      var path = place(file.below)
      switch file.status.kind {
      case .directory:
        if !isTop, withCPath(path, { mkdir($0, 0o700) }) != 0 { throw NativeError(failed: "make \(file.path)") }
        folders.append((path, file))
        continue
      case .file where file.link != nil:
        guard let link = file.link, withCPath(place(link), { old in withCPath(path) { Glibc.link(old, $0) } }) == 0
        else {
          throw NativeError(failed: "link \(file.path)")
        }
        continue
      case .file:
        if isTop { path += [UInt8(ascii: "/")] + Array(name.utf8) }
        let copy = try FileDescriptor.open(path, O_WRONLY | O_CREAT | O_EXCL, mode: 0o600)
        try FileDescriptor.open(file.hostPath, O_RDONLY | O_NOFOLLOW).forEachChunk { (bytes) throws(NativeError) in
          try copy.write(bytes)
        }
      case .symlink:
        let target = try FileStatus.linkTarget(of: file.hostPath)
        guard withCPath(target, { old in withCPath(path) { symlink(old, $0) } }) == 0 else {
          throw NativeError(failed: "link \(file.path)")
        }
      case .fifo:
        guard withCPath(path, { mkfifo($0, 0o600) }) == 0 else { throw NativeError(failed: "make \(file.path)") }
      case .characterDevice, .blockDevice, .socket: continue
      }
      try finish(path, as: file, from: source)
    }
    // What is made in a folder changes its time.
    for (path, file) in folders.reversed() { try finish(path, as: file, from: source) }
  }

  private static func finish(_ path: [UInt8], as file: CopySource.File, from source: CopySource) throws {
    let status = file.status
    let owner = source.isImage ? (status.uid, status.gid) : (0, 0)
    guard withCPath(path, { lchown($0, owner.0, owner.1) }) == 0 else { throw NativeError(failed: "own \(file.path)") }
    if source.isImage {
      for attribute in try source.tree.attributes(ofHostPath: file.hostPath) { try attribute.set(at: .path(path)) }
    }
    if status.kind != .symlink, withCPath(path, { chmod($0, status.mode) }) != 0 {
      throw NativeError(failed: "change the mode of \(file.path)")
    }
    let time = timespec(tv_sec: status.modified.seconds, tv_nsec: Int(status.modified.nanoseconds))
    guard withCPath(path, { utimensat(AT_FDCWD, $0, [time, time], AT_SYMLINK_NOFOLLOW) }) == 0 else {
      throw NativeError(failed: "set the time of \(file.path)")
    }
  }
}
