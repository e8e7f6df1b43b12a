import CLinux
import Glibc

/// An open file, closed when it goes out of scope.
///
/// Every call is repeated when a signal interrupts it. Paths are bytes, as Linux has them, without NUL.
package struct FileDescriptor: ~Copyable, Sendable {
  package let raw: Int32
  /// As bytes: most files are opened and closed without anybody asking.
  private let path: [UInt8]

  /// What errors call it.
  package var name: String { Self.text(path) }

  /// Takes over `raw`, which nobody else closes.
  package init(adopting raw: Int32, name: String) {
    self.init(adopting: raw, path: Array(name.utf8))
  }

  private init(adopting raw: Int32, path: [UInt8]) {
    self.raw = raw
    self.path = path
  }

  deinit {
    close(raw)
  }

  /// Opens `path`; `O_CLOEXEC` is always added.
  package static func open(
    _ path: [UInt8], _ flags: Int32 = O_RDONLY, mode: mode_t = 0
  ) throws(NativeError) -> FileDescriptor {
    try open(path, at: AT_FDCWD, flags, mode: mode, path: path)
  }

  /// Opens `path`; `O_CLOEXEC` is always added.
  package static func open(
    _ path: String, _ flags: Int32 = O_RDONLY, mode: mode_t = 0
  ) throws(NativeError) -> FileDescriptor {
    try open(Array(path.utf8), flags, mode: mode)
  }

  /// Opens `path` relative to the directory that `self` is.
  package func open(
    at path: [UInt8], _ flags: Int32 = O_RDONLY, mode: mode_t = 0
  ) throws(NativeError) -> FileDescriptor {
    try Self.open(path, at: raw, flags, mode: mode, path: below(path))
  }

  /// Opens `path` as if the directory that `self` is were `/`: nothing in it leads out. Source: openat2(2).
  package func open(
    inRoot path: [UInt8], _ flags: Int32, mode: mode_t = 0
  ) throws(NativeError) -> FileDescriptor {
    let opened = withCPath(path) { pointer in
      retrying { imagesmith_openat_in_root(raw, pointer, flags, mode) }
    }
    // The kernel gives up when something is renamed meanwhile and it cannot be sure that the path stays inside.
    if opened < 0, errno == EAGAIN { return try open(inRoot: path, flags, mode: mode) }
    guard opened >= 0 else { throw NativeError(failed: "open \(name)/\(Self.text(path))") }
    return FileDescriptor(adopting: opened, path: below(path))
  }

  private func below(_ path: [UInt8]) -> [UInt8] { self.path + [UInt8(ascii: "/")] + path }

  /// - Parameter whole: what errors call it.
  private static func open(
    _ path: [UInt8], at directory: Int32, _ flags: Int32, mode: mode_t = 0, path whole: [UInt8]
  ) throws(NativeError) -> FileDescriptor {
    let opened = withCPath(path) { pointer in retrying { openat(directory, pointer, flags | O_CLOEXEC, mode) } }
    guard opened >= 0 else { throw NativeError(failed: "open \(text(whole))") }
    return FileDescriptor(adopting: opened, path: whole)
  }

  /// Fills `buffer` as far as the file goes; fewer bytes than `buffer.count` mean its end.
  package func read(into buffer: UnsafeMutableRawBufferPointer) throws(NativeError) -> Int {
    var filled = 0
    while filled < buffer.count, let base = buffer.baseAddress {
      let count = retrying { Glibc.read(raw, base + filled, buffer.count - filled) }
      guard count >= 0 else { throw NativeError(failed: "read \(name)") }
      if count == 0 { break }
      filled += count
    }
    return filled
  }

  /// Writes all of `bytes` at the current offset.
  package func write(_ bytes: UnsafeRawBufferPointer) throws(NativeError) {
    var written = 0
    while written < bytes.count, let base = bytes.baseAddress {
      let count = retrying { Glibc.write(raw, base + written, bytes.count - written) }
      guard count >= 0 else { throw NativeError(failed: "write \(name)") }
      written += count
    }
  }

  package func write(_ bytes: [UInt8]) throws(NativeError) {
    try bytes.withUnsafeBufferPointer { (pointer) throws(NativeError) in try write(UnsafeRawBufferPointer(pointer)) }
  }

  /// Writes all of `bytes` at `offset`, in bytes.
  package func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(NativeError) {
    var written = 0
    while written < bytes.count, let base = bytes.baseAddress {
      let count = retrying { pwrite(raw, base + written, bytes.count - written, off_t(offset + written)) }
      guard count >= 0 else { throw NativeError(failed: "write \(name)") }
      written += count
    }
  }

  /// All of the file from the current offset.
  ///
  /// - Throws: `NativeError` when it cannot be read, or has more than `limit` bytes.
  package func readAll(limit: Int) throws(NativeError) -> [UInt8] {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: min(limit + 1, 1 << 16))
    while true {
      let count = try chunk.withUnsafeMutableBufferPointer { (pointer) throws(NativeError) in
        try read(into: UnsafeMutableRawBufferPointer(pointer))
      }
      bytes += chunk[..<count]
      guard bytes.count <= limit else {
        throw NativeError(operation: "read \(name)", reason: "it has more than \(limit) bytes")
      }
      if count < chunk.count { return bytes }
    }
  }

  package func status() throws(NativeError) -> FileStatus {
    var result = stat()
    guard retrying({ fstat(raw, &result) }) == 0 else { throw NativeError(failed: "stat \(name)") }
    return FileStatus(result)
  }

  /// Waits until the file's bytes are on the disk.
  package func synchronize() throws(NativeError) {
    guard retrying({ fsync(raw) }) == 0 else { throw NativeError(failed: "sync \(name)") }
  }

  package func truncate(to size: Int) throws(NativeError) {
    guard retrying({ ftruncate(raw, off_t(size)) }) == 0 else { throw NativeError(failed: "truncate \(name)") }
  }

  /// Waits for the whole-file lock of flock(2), which closing releases.
  package func lock(exclusive: Bool = true) throws(NativeError) {
    guard retrying({ flock(raw, exclusive ? LOCK_EX : LOCK_SH) }) == 0 else {
      throw NativeError(failed: "lock \(name)")
    }
  }

  static func text(_ path: [UInt8]) -> String { String(decoding: path, as: UTF8.self) }
}

/// Calls `body` with `path` as C has strings.
package func withCPath<Result>(_ path: [UInt8], _ body: (UnsafePointer<CChar>) -> Result) -> Result {
  // On the stack, unless it is very long.
  withUnsafeTemporaryAllocation(of: CChar.self, capacity: path.count + 1) { buffer in
    for index in path.indices { buffer.initializeElement(at: index, to: CChar(bitPattern: path[index])) }
    buffer.initializeElement(at: path.count, to: 0)
    return withExtendedLifetime(buffer) { buffer.baseAddress.map { body($0) } } ?? body("")
  }
}

/// Repeats a system call for as long as signals interrupt it.
package func retrying<Value: SignedInteger>(_ call: () -> Value) -> Value {
  while true {
    let result = call()
    if result != -1 || errno != EINTR { return result }
  }
}

extension NativeError {
  /// What the system's `errno` says of a call that has just failed.
  package init(failed operation: String) {
    let code = Glibc.errno
    var text = [CChar](repeating: 0, count: 128)
    let reason =
      strerror_r(code, &text, text.count) == 0
      ? String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self) : "error \(code)"
    self.init(operation: operation, reason: reason, errno: code)
  }
}
