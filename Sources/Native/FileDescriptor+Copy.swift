import CLinux
import Glibc

extension FileDescriptor {
  /// Writes all that this file has, from where it stands, to `destination`: within the kernel, where the file systems can.
  package func copyContent(to destination: borrowing FileDescriptor) throws(NativeError) {
    while true {
      let count = retrying { imagesmith_copy_file_range(raw, destination.raw, 1 << 30) }
      if count == 0 { return }
      if count > 0 { continue }
      guard errno == EXDEV || errno == EINVAL || errno == EOPNOTSUPP || errno == ENOSYS else {
        throw NativeError(failed: "copy \(name) to \(destination.name)")
      }
      break
    }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 17, alignment: 16)
    defer { buffer.deallocate() }
    while true {
      let count = try read(into: buffer)
      try destination.write(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
      if count < buffer.count { return }
    }
  }

  /// Sets access and modification time to the nanosecond.
  package func setTime(_ seconds: Int, _ nanoseconds: Int) throws(NativeError) {
    let time = timespec(tv_sec: seconds, tv_nsec: nanoseconds)
    guard futimens(raw, [time, time]) == 0 else { throw NativeError(failed: "set the time of \(name)") }
  }

  /// The same of an entry of this directory, itself and not what it points to.
  package func setTime(of entry: [UInt8], to seconds: Int, _ nanoseconds: Int) throws(NativeError) {
    let time = timespec(tv_sec: seconds, tv_nsec: nanoseconds)
    guard withCPath(entry, { utimensat(raw, $0, [time, time], AT_SYMLINK_NOFOLLOW) }) == 0 else {
      throw NativeError(failed: "set the time of \(name)/\(Self.text(entry))")
    }
  }

  /// Moves an entry of this directory to another of the same file system, where it takes the place of what is there.
  package func move(
    _ entry: [UInt8], to newName: [UInt8], of destination: borrowing FileDescriptor
  ) throws(NativeError) {
    let result = withCPath(entry) { old in withCPath(newName) { renameat(raw, old, destination.raw, $0) } }
    guard result == 0 else { throw NativeError(failed: "move \(name)/\(Self.text(entry)) to \(destination.name)") }
  }

  /// When an entry of this directory was made: seconds since 1970, and nanoseconds; nil where the file system does not know.
  /// Source: statx(2), `stx_btime`.
  package func birth(of entry: [UInt8]) -> (seconds: Int64, nanoseconds: UInt32)? {
    var seconds: Int64 = 0
    var nanoseconds: UInt32 = 0
    guard withCPath(entry, { imagesmith_birth_time(raw, $0, &seconds, &nanoseconds) }) == 0 else { return nil }
    return (seconds, nanoseconds)
  }

  /// Reads from the current offset to the end, a large piece at a time.
  package func forEachChunk(_ body: (UnsafeRawBufferPointer) throws(NativeError) -> Void) throws(NativeError) {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 4096)
    defer { buffer.deallocate() }
    while true {
      let count = try read(into: buffer)
      if count > 0 { try body(UnsafeRawBufferPointer(rebasing: buffer[..<count])) }
      if count < buffer.count { return }
    }
  }
}
