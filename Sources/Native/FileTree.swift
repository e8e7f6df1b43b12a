import CLinux
import Glibc

/// Changes to the file tree that name their directory by a descriptor, so that no link in a path leads elsewhere.
extension FileDescriptor {
  package func makeDirectory(_ name: [UInt8], mode: mode_t = 0o755) throws(NativeError) {
    try check(withCPath(name) { mkdirat(raw, $0, mode) }, "make directory", name)
  }

  package func makeSymlink(_ name: [UInt8], to target: [UInt8]) throws(NativeError) {
    let result = withCPath(target) { target in withCPath(name) { symlinkat(target, raw, $0) } }
    try check(result, "make link", name)
  }

  /// Gives the file `source` of `directory`, itself and not what it points to, the further name `name`.
  package func makeHardlink(
    _ name: [UInt8], to source: [UInt8], of directory: borrowing FileDescriptor
  ) throws(NativeError) {
    let result = withCPath(source) { source in withCPath(name) { linkat(directory.raw, source, raw, $0, 0) } }
    try check(result, "make link", name)
  }

  /// Makes a device or fifo. `major` and `minor` count for devices alone.
  package func makeNode(
    _ name: [UInt8], _ type: mode_t, mode: UInt32, major: UInt32 = 0, minor: UInt32 = 0
  ) throws(NativeError) {
    var result = withCPath(name) { mknodat(raw, $0, type | mode, imagesmith_makedev(major, minor)) }
    if result != 0, errno == EPERM, type == S_IFCHR, major == 0, minor == 0 {
      result = withCPath(name) { mknodat(raw, $0, type | mode, imagesmith_makedev(0, FileStatus.whiteoutOnOverlay)) }
    }
    try check(result, "make node", name)
  }

  package func rename(_ name: [UInt8], to newName: [UInt8]) throws(NativeError) {
    try check(withCPath(name) { name in withCPath(newName) { renameat(raw, name, raw, $0) } }, "rename", name)
  }

  /// Sets the owner of an entry, itself and not what it points to.
  package func setOwner(of name: [UInt8], uid: UInt32, gid: UInt32) throws(NativeError) {
    try check(withCPath(name) { fchownat(raw, $0, uid, gid, AT_SYMLINK_NOFOLLOW) }, "change owner of", name)
  }

  /// Sets the mode of an entry that is not a symlink.
  package func setMode(of name: [UInt8], to mode: UInt32) throws(NativeError) {
    try check(withCPath(name) { fchmodat(raw, $0, mode, 0) }, "change mode of", name)
  }

  /// Sets access and modification time of an entry, itself and not what it points to; seconds since 1970.
  package func setTime(of name: [UInt8], to seconds: Int) throws(NativeError) {
    let time = timespec(tv_sec: seconds, tv_nsec: 0)
    let result = withCPath(name) { utimensat(raw, $0, [time, time], AT_SYMLINK_NOFOLLOW) }
    try check(result, "set the time of", name)
  }

  package func setOwner(uid: UInt32, gid: UInt32) throws(NativeError) {
    guard fchown(raw, uid, gid) == 0 else { throw NativeError(failed: "change owner of \(name)") }
  }

  package func setMode(_ mode: UInt32) throws(NativeError) {
    guard fchmod(raw, mode) == 0 else { throw NativeError(failed: "change mode of \(name)") }
  }

  package func setTime(_ seconds: Int) throws(NativeError) {
    let time = timespec(tv_sec: seconds, tv_nsec: 0)
    guard futimens(raw, [time, time]) == 0 else { throw NativeError(failed: "set the time of \(name)") }
  }

  /// Removes a file, or a directory with all that is in it; nothing need be there. Links are not followed.
  package func removeTree(_ name: [UInt8]) throws(NativeError) {
    if try !removeUnlessDirectory(name) { return }
    var directories = [name]
    while let next = directories.last {
      var deep: [[UInt8]] = []
      try removeContent(of: next, in: self, depth: 0, &deep)
      try check(withCPath(next) { unlinkat(raw, $0, AT_REMOVEDIR) }, "remove", next)
      directories.removeLast()
      directories += deep
    }
  }

  /// Each level holds a descriptor; what is deeper than this moves up first, so that they do not run out.
  private static var maximumDepth: Int { 64 }

  /// - Parameter deep: what it has moved into `top`.
  private func removeContent(
    of name: [UInt8], in top: borrowing FileDescriptor, depth: Int, _ deep: inout [[UInt8]]
  ) throws(NativeError) {
    let directory = try open(at: name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
    for child in try directory.names() where try directory.removeUnlessDirectory(child) {
      if depth < Self.maximumDepth {
        try directory.removeContent(of: child, in: top, depth: depth + 1, &deep)
        try directory.check(withCPath(child) { unlinkat(directory.raw, $0, AT_REMOVEDIR) }, "remove", child)
      } else {
        let inode = try FileStatus.of(child, at: directory.raw)?.inode ?? 0
        let moved = Array(".removed-\(inode)".utf8)
        let result = withCPath(child) { child in withCPath(moved) { renameat(directory.raw, child, top.raw, $0) } }
        try directory.check(result, "move", child)
        deep.append(moved)
      }
    }
  }

  /// Whether it is a directory, which this call does not remove.
  private func removeUnlessDirectory(_ name: [UInt8]) throws(NativeError) -> Bool {
    if withCPath(name, { unlinkat(raw, $0, 0) }) == 0 || errno == ENOENT { return false }
    let error = NativeError(failed: "remove \(self.name)/\(Self.text(name))")
    // EISDIR is Linux's answer for a directory, EPERM that of POSIX.
    guard error.errno == EISDIR || error.errno == EPERM,
      try FileStatus.of(name, at: raw)?.kind == .directory
    else { throw error }
    return true
  }

  private func check(_ result: Int32, _ operation: String, _ name: [UInt8]) throws(NativeError) {
    guard result == 0 else { throw NativeError(failed: "\(operation) \(self.name)/\(Self.text(name))") }
  }
}
