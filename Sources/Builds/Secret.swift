import Glibc
import Native

/// A value that a RUN may read and that no layer, history or log gets.
package enum Secret: Sendable, Equatable {
  case file(String)
  case value([UInt8])

  /// The value; at most 1 MiB.
  ///
  /// - Throws: `BuildError` with code `input` when its file cannot be read.
  func bytes(id: String) throws(BuildError) -> [UInt8] {
    switch self {
    case .value(let bytes): return bytes
    case .file(let path):
      do throws(NativeError) {
        return try FileDescriptor.open(path).readAll(limit: 1 << 20)
      } catch {
        throw BuildError(
          code: .input, message: "the secret \(id) cannot be read: \(error)", hint: "is the file there, and readable?")
      }
    }
  }
}

/// The files that show secrets to one RUN: in memory where the machine has such a place, and gone when the RUN is.
struct SecretFolder: Sendable {
  private static let memory = "/dev/shm"
  private static let prefix = "imagesmith-secrets-"
  private let folder: ScratchFolder

  /// - Parameter fallback: where they are on a machine without a file system in memory.
  init(orIn fallback: String) throws(NativeError) {
    folder = try ScratchFolder.make(in: access(Self.memory, W_OK) == 0 ? Self.memory : fallback, prefix: Self.prefix)
  }

  /// Takes away what killed builds have left.
  static func sweep() {
    ScratchFolder.sweep(memory, prefix: prefix)
  }

  /// Writes one secret and returns its file's path.
  func write(_ bytes: [UInt8], mode: UInt32, uid: UInt32, gid: UInt32) throws(NativeError) -> String {
    let path = "\(folder.path)/\(try RandomBytes.make(count: 8).hexadecimal)"
    let file = try FileDescriptor.open(path, O_WRONLY | O_CREAT | O_EXCL, mode: 0o600)
    try file.write(bytes)
    try file.setOwner(uid: uid, gid: gid)
    try file.setMode(mode)
    return path
  }

  func remove() { folder.remove() }
}
