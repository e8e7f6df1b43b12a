import FoundationEssentials
import Glibc
import Layers
import Native
import Sandboxes

/// What builds keep between them: layers, unpacked layers, what steps made, and the folders of `RUN --mount=type=cache`.
/// All of it can be deleted at any time.
package struct BuildCache: Sendable {
  /// Absolute.
  package let directory: String
  package let blobs: BlobStore
  package let snapshots: SnapshotStore
  let steps: StepCache

  /// Opens the cache, making the folder where it is missing, and takes away what killed builds have left.
  ///
  /// - Throws: `BuildError` with code `machine` when the folder cannot be written.
  package init(directory: String) throws {
    do {
      for name in ["steps", "mounts", "work"] {
        try FileManager.default.createDirectory(
          atPath: "\(directory)/\(name)", withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
      }
    } catch {
      throw BuildError(
        code: .machine, message: "cannot make the cache \(directory)",
        hint: "name a folder that you may write to, with some GB of room, in IMAGESMITH_HOME")
    }
    self.directory = directory
    blobs = try BlobStore(directory: directory)
    snapshots = try SnapshotStore(directory: directory)
    steps = StepCache(directory: directory + "/steps")
    removeAbandonedWork()
  }

  /// The folder of a cache mount, made when it is new.
  func mount(_ id: String, mode: UInt32, uid: UInt32, gid: UInt32) throws -> String {
    var hasher = try StepKeyHasher("cache mount")
    try hasher.add(id)
    let path = "\(directory)/mounts/\(try hasher.finish().hex)"
    guard mkdir(path, 0o700) == 0 else {
      if errno == EEXIST { return path }
      throw NativeError(failed: "make \(path)")
    }
    guard chown(path, uid, gid) == 0, chmod(path, mode_t(mode)) == 0 else {
      throw NativeError(failed: "prepare \(path)")
    }
    return path
  }

  /// A new folder for one step, which is the builder's until it is removed; locked, so that another process knows that
  /// somebody is there.
  func makeWorkArea() throws -> WorkArea {
    let name = try RandomBytes.make(count: 8).map { String($0, radix: 16) }.joined()
    return try WorkArea(path: "\(directory)/work/\(name)")
  }

  private func removeAbandonedWork() {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: directory + "/work")) ?? []
    for name in names { WorkArea.removeIfAbandoned("\(directory)/work/\(name)") }
  }
}

/// A step's own folder, and the lock that says that its process lives.
final class WorkArea: Sendable {
  let path: String
  private let lock: Int32

  var workspace: Workspace { Workspace(path: path) }

  init(path: String) throws {
    // The lock stands before the folder can be found by those who sweep.
    let lockPath = path + ".lock"
    lock = open(lockPath, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard lock >= 0, flock(lock, LOCK_EX) == 0 else { throw NativeError(failed: "lock \(lockPath)") }
    guard mkdir(path, 0o700) == 0 else { throw NativeError(failed: "make \(path)") }
    self.path = path
  }

  /// Removes the folder and all that is in it.
  func remove() {
    Self.removeTree(path)
    unlink(path + ".lock")
  }

  deinit {
    close(lock)
  }

  static func removeIfAbandoned(_ path: String) {
    guard !path.hasSuffix(".lock") else {
      // A folder goes first, so a lock without one belongs to nobody, or to somebody who is about to make it.
      return
    }
    let lock = open(path + ".lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard lock >= 0 else { return }
    defer { close(lock) }
    guard flock(lock, LOCK_EX | LOCK_NB) == 0 else { return }
    removeTree(path)
    unlink(path + ".lock")
  }

  private static func removeTree(_ path: String) {
    try? FileManager.default.removeItem(atPath: path)
  }
}
