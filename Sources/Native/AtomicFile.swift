import Glibc

/// A file that appears under its name whole or not at all: written beside, synced, renamed. One that goes out of scope
/// before that leaves nothing.
package struct AtomicFile: ~Copyable {
  package let file: FileDescriptor
  private let temporary: [UInt8]
  private var isInPlace: Bool

  /// - Parameter directory: where it is written; on the file system where it shall be in the end.
  package init(in directory: String, mode: mode_t = 0o644) throws(NativeError) {
    let temporary = Array("\(directory)/.partial-\(try RandomBytes.name())".utf8)
    file = try Self.create(temporary, mode: mode)
    self.temporary = temporary
    isInPlace = false
  }

  private static func create(_ path: [UInt8], mode: mode_t) throws(NativeError) -> FileDescriptor {
    let file = try FileDescriptor.open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, mode: mode)
    // Says that somebody is still writing; the system lets go of it whatever way the process ends.
    try file.lock()
    return file
  }

  deinit {
    if !isInPlace { _ = withCPath(temporary) { unlink($0) } }
  }

  /// Gives it its name, in place of what has it now.
  ///
  /// - Parameter isSynchronized: whether its bytes are on the disk before; without that a power cut may leave it empty.
  package consuming func commit(to path: String, isSynchronized: Bool = true) throws(NativeError) {
    if isSynchronized { try file.synchronize() }
    let result = withCPath(temporary) { from in withCPath(Array(path.utf8)) { rename(from, $0) } }
    guard result == 0 else { throw NativeError(failed: "rename \(file.name) to \(path)") }
    isInPlace = true
  }

  /// Writes a small file whole.
  package static func write(
    _ bytes: [UInt8], to path: String, mode: mode_t = 0o644, isSynchronized: Bool = true
  ) throws(NativeError) {
    let new = try AtomicFile(in: directory(of: path), mode: mode)
    try new.file.write(bytes)
    try new.commit(to: path, isSynchronized: isSynchronized)
  }

  /// Removes a temporary file that nobody writes any more.
  ///
  /// - Parameter age: seconds; the writer of a younger one may be about to lock it.
  package static func removeIfAbandoned(_ path: [UInt8], olderThan age: Int = 60) throws(NativeError) {
    let file: FileDescriptor
    do throws(NativeError) {
      file = try FileDescriptor.open(path, O_RDWR | O_NOFOLLOW)
    } catch {
      if error.errno == ENOENT { return }
      throw error
    }
    guard time(nil) - (try file.status().changed.seconds) > age, flock(file.raw, LOCK_EX | LOCK_NB) == 0 else { return }
    _ = withCPath(path) { unlink($0) }
  }

  /// What holds the file of that path.
  package static func directory(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }
}
