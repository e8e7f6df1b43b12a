import Dockerfiles
import Glibc
import Native

/// The folder of a `RUN --mount=type=cache`, for as long as one RUN uses it.
///
/// Source: Dockerfile reference, "RUN --mount=type=cache", `sharing`.
final class CacheMount: Sendable {
  let path: String
  private let lock: FileDescriptor

  private init(path: String, lock: consuming FileDescriptor) {
    self.path = path
    self.lock = lock
  }

  /// Makes the folder when it is new, with the mount's mode and owner, and waits until it may be used: a `locked` one by
  /// nobody else, a `private` one gives way to another folder.
  ///
  /// - Parameters:
  ///   - parent: where the folders are.
  ///   - id: what builds share the folder by.
  /// - Throws: `NativeError`; `CancellationError` while it waits.
  static func open(_ mount: Mount, id: String, in parent: String) async throws -> CacheMount {
    var hasher = try StepKeyHasher("cache mount")
    try hasher.add(id)
    let name = try hasher.finish().hex
    var number = 0
    while true {
      let path = "\(parent)/\(name)" + (number == 0 ? "" : "-\(number)")
      try make(path, mount)
      let folder = try FileDescriptor.open(path, O_RDONLY | O_DIRECTORY)
      if flock(folder.raw, (mount.sharing == .shared ? LOCK_SH : LOCK_EX) | LOCK_NB) == 0 {
        return CacheMount(path: path, lock: folder)
      }
      guard errno == EWOULDBLOCK else { throw NativeError(failed: "lock \(path)") }
      if mount.sharing == .private { number += 1 } else { try await Task.sleep(for: .milliseconds(50)) }
    }
  }

  private static func make(_ path: String, _ mount: Mount) throws {
    guard mkdir(path, 0o700) == 0 else {
      if errno == EEXIST { return }
      throw NativeError(failed: "make \(path)")
    }
    guard chown(path, mount.uid ?? 0, mount.gid ?? 0) == 0, chmod(path, mount.mode ?? 0o755) == 0 else {
      throw NativeError(failed: "prepare \(path)")
    }
  }
}
