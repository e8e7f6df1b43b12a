import Glibc
import Layers
import Native

/// The tar of an image archive on its way to its output. Every member is a plain file, 0644, of root and of 1970.
struct ArchiveStream: ~Copyable {
  /// What the tar writer's closure writes to, shared with it.
  private final class Output {
    let path: String?
    var file: AtomicFile?
    /// A device or a pipe, which stays what it is.
    let device: FileDescriptor?

    init(_ output: ArchiveOutput) throws {
      guard case .file(let path) = output else {
        self.path = nil
        device = nil
        return
      }
      self.path = path
      device = try Self.device(at: path)
      guard device == nil else { return }
      file = try AtomicFile(in: AtomicFile.directory(of: path))
    }

    /// Nil where there is a file, or nothing yet.
    private static func device(at path: String) throws(NativeError) -> FileDescriptor? {
      do throws(NativeError) {
        let opened = try FileDescriptor.open(path, O_WRONLY)
        guard try opened.status().kind != .file else { return nil }
        return opened
      } catch {
        guard error.errno == ENOENT else { throw error }
        return nil
      }
    }

    func take(_ bytes: UnsafeRawBufferPointer) throws(NativeError) {
      if file != nil {
        try file?.file.write(bytes)
      } else if device != nil {
        try device?.write(bytes)
      } else {
        try StandardStream.output.write(bytes)
      }
    }

    func commit() throws(NativeError) {
      guard let path, let file = file.take() else { return }
      try file.commit(to: path)
    }
  }

  private let output: Output
  private var tar: TarWriter

  init(_ target: ArchiveOutput) throws {
    let output = try Output(target)
    let tar = try TarWriter { (bytes) throws(NativeError) in try output.take(bytes) }
    self.output = output
    self.tar = tar
  }

  mutating func append(_ header: TarHeader) throws { try tar.append(header) }

  /// Content of the file begun last.
  mutating func write(_ bytes: UnsafeRawBufferPointer) throws(NativeError) { try tar.write(bytes) }

  mutating func append(_ name: String, _ bytes: [UInt8]) throws {
    try begin(name, size: bytes.count)
    try bytes.withUnsafeBytes { try tar.write($0) }
  }

  /// A file whose content follows by `write`.
  mutating func begin(_ name: String, size: Int) throws {
    try tar.append(TarHeader(path: Array(name.utf8), kind: .file(size: size), mode: 0o644))
  }

  mutating func append(directory name: String) throws {
    try tar.append(TarHeader(path: Array((name + "/").utf8), kind: .directory, mode: 0o755))
  }

  /// Ends the archive; a file gets its name.
  consuming func finish() throws {
    let output = output
    try tar.finish()
    try output.commit()
  }
}
