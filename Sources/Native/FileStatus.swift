import CLinux
import Glibc

/// What the system knows of a file besides its content and extended attributes. Source: stat(2).
package struct FileStatus: Sendable, Equatable {
  package enum Kind: Sendable, Equatable {
    case directory
    case file
    case symlink
    case characterDevice(major: UInt32, minor: UInt32)
    case blockDevice(major: UInt32, minor: UInt32)
    case fifo
    case socket
  }

  package var kind: Kind
  /// The twelve permission bits, setuid, setgid and sticky included.
  package var mode: UInt32
  package var uid: UInt32
  package var gid: UInt32
  /// Bytes.
  package var size: Int
  package var links: Int
  package var device: UInt64
  package var inode: UInt64
  /// Seconds since 1970, and nanoseconds.
  package var modified: (seconds: Int, nanoseconds: Int) { (modifiedSeconds, modifiedNanoseconds) }
  /// When content or attributes changed last: seconds since 1970, and nanoseconds.
  package var changed: (seconds: Int, nanoseconds: Int) { (changedSeconds, changedNanoseconds) }
  /// Bytes that are on the disk: less than `size` where the file has holes.
  package var allocated: Int

  private var modifiedSeconds: Int
  private var modifiedNanoseconds: Int
  private var changedSeconds: Int
  private var changedNanoseconds: Int

  init(_ status: stat) {
    let major = imagesmith_major(status.st_rdev)
    let minor = imagesmith_minor(status.st_rdev)
    kind =
      switch status.st_mode & S_IFMT {
      case S_IFDIR: .directory
      case S_IFLNK: .symlink
      case S_IFCHR:
        .characterDevice(major: major, minor: major == 0 && minor == Self.whiteoutOnOverlay ? 0 : minor)
      case S_IFBLK: .blockDevice(major: major, minor: minor)
      case S_IFIFO: .fifo
      case S_IFSOCK: .socket
      default: .file
      }
    mode = status.st_mode & 0o7777
    uid = status.st_uid
    gid = status.st_gid
    size = Int(status.st_size)
    links = Int(status.st_nlink)
    device = UInt64(status.st_dev)
    inode = UInt64(status.st_ino)
    allocated = Int(status.st_blocks) * 512
    modifiedSeconds = status.st_mtim.tv_sec
    modifiedNanoseconds = status.st_mtim.tv_nsec
    changedSeconds = status.st_ctim.tv_sec
    changedNanoseconds = status.st_ctim.tv_nsec
  }

  /// The minor number of a device 0/N that stands for the device 0/0, overlayfs's mark of a removed file, on file systems that
  /// refuse that one: overlay mounts, which are what containers have as their root. It is seen as 0/0.
  static let whiteoutOnOverlay: UInt32 = 0xF_FFFF

  /// Of `path`, itself and not what it points to; nil when nothing is there.
  package static func of(_ path: [UInt8], at directory: Int32 = AT_FDCWD) throws(NativeError) -> FileStatus? {
    var status = stat()
    let result = withCPath(path) { pointer in
      retrying { fstatat(directory, pointer, &status, AT_SYMLINK_NOFOLLOW) }
    }
    if result == 0 { return FileStatus(status) }
    if errno == ENOENT || errno == ENOTDIR { return nil }
    throw NativeError(failed: "stat \(FileDescriptor.text(path))")
  }
}

extension FileStatus {
  /// What the symlink `path` says.
  package static func linkTarget(of path: [UInt8], at directory: Int32 = AT_FDCWD) throws(NativeError) -> [UInt8] {
    var target = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
    let count = withCPath(path) { readlinkat(directory, $0, &target, target.count) }
    guard count >= 0 else { throw NativeError(failed: "read link \(FileDescriptor.text(path))") }
    return target[..<count].map { UInt8(bitPattern: $0) }
  }
}
