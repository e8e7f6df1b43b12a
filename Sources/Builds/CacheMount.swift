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
  ///   - content: what a new folder begins with: the mount's `source` in this tree.
  ///   - fill: makes a new folder at the path that it gets, where it has something to begin with and `content` is nil.
  /// - Throws: `NativeError`; `CancellationError` while it waits.
  static func open(
    _ mount: Mount, id: String, in parent: String, content: CopySource? = nil,
    fill: (String) async throws -> Void = { _ in }
  ) async throws -> CacheMount {
    var hasher = try StepKeyHasher("cache mount")
    try hasher.add(id)
    let name = try hasher.finish().hex
    var number = 0
    while true {
      let path = "\(parent)/\(name)" + (number == 0 ? "" : "-\(number)")
      try await make(path, mount, content, fill)
      let folder: FileDescriptor
      do throws(NativeError) {
        folder = try FileDescriptor.open(path, O_RDONLY | O_DIRECTORY)
      } catch {
        guard error.errno == ENOENT else { throw error }
        continue
      }
      if flock(folder.raw, (mount.sharing == .shared ? LOCK_SH : LOCK_EX) | LOCK_NB) == 0 {
        // A pruning may have come first; then it is made anew.
        guard try FileStatus.of(Array(path.utf8))?.inode == folder.status().inode else { continue }
        return CacheMount(path: path, lock: folder)
      }
      guard errno == EWOULDBLOCK else { throw NativeError(failed: "lock \(path)") }
      if mount.sharing == .private { number += 1 } else { try await Task.sleep(for: .milliseconds(50)) }
    }
  }

  /// Makes the folder whole before it gets its name, while no other build makes one.
  private static func make(
    _ path: String, _ mount: Mount, _ content: CopySource?, _ fill: (String) async throws -> Void
  ) async throws {
    if access(path, F_OK) == 0 { return }
    let parent = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    let scratch = try ScratchFolder.make(in: parent + "/../work")
    let folder = scratch.path + "/folder"
    if content == nil { try await fill(folder) }
    try await BlockingPool.shared.run {
      let all = try FileDescriptor.open(parent, O_RDONLY | O_DIRECTORY)
      try all.lock()
      if access(path, F_OK) == 0 { return }
      guard mkdir(folder, 0o755) == 0 || errno == EEXIST else { throw NativeError(failed: "make \(folder)") }
      if let content, let found = try content.matches(mount.source ?? ".").first?.path {
        let files = try content.files(at: found)
        guard files.first?.status.kind == .directory else {
          throw BuildError(
            code: .input, message: "a cache begins with a folder, and \(found) of \(content.name) is none",
            hint: "name a folder: source=")
        }
        try TreeCopy.make(files, from: content, in: folder, name: "")
      }
      let hasOwner = content == nil || mount.uid != nil || mount.gid != nil
      if hasOwner, chown(folder, mount.uid ?? 0, mount.gid ?? 0) != 0 { throw NativeError(failed: "own \(folder)") }
      if let mode = mount.mode ?? (content == nil ? 0o755 : nil), chmod(folder, mode) != 0 {
        throw NativeError(failed: "prepare \(folder)")
      }
      guard rename(folder, path) == 0 else { throw NativeError(failed: "make \(path)") }
    }
    scratch.remove()
  }
}
