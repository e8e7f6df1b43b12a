import FoundationEssentials
import Glibc
import Layers
import Native
import OCI

/// What builds keep between them: layers, unpacked layers, what steps made, and the folders of `RUN --mount=type=cache`.
/// All of it can be deleted at any time when no build runs.
package struct BuildCache: Sendable {
  /// Absolute.
  package let directory: String
  package let blobs: BlobStore
  package let snapshots: SnapshotStore
  let steps: StepCache
  private let presence: Presence

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
    ScratchFolder.sweep(directory + "/work")
    SecretFolder.sweep()
    presence = try Presence(directory)
  }

  /// A new folder for one step.
  func makeWorkArea() throws(NativeError) -> ScratchFolder {
    try ScratchFolder.make(in: directory + "/work")
  }

  /// Whether the blob is here and whole, as far as its size tells; one that is cut short is dropped.
  package func holds(_ blob: Descriptor) throws(LayerError) -> Bool {
    guard let size = try blobs.size(of: blob.digest) else { return false }
    if size == blob.size { return true }
    try blobs.remove(blob.digest)
    return false
  }

  /// Says that this process uses the cache. Whoever is alone in it removes what was being written when a build was killed.
  private final class Presence: Sendable {
    private let lock: FileDescriptor

    init(_ cache: String) throws {
      lock = try FileDescriptor.open(cache + "/.users", O_RDWR | O_CREAT, mode: 0o600)
      if flock(lock.raw, LOCK_EX | LOCK_NB) == 0 {
        for (folder, prefix) in [("blobs/.partial", ""), ("snapshots/sha256", ".partial-")] {
          let directory = try FileDescriptor.open("\(cache)/\(folder)", O_RDONLY | O_DIRECTORY)
          for name in try directory.names() where name.starts(with: prefix.utf8) { try directory.removeTree(name) }
        }
      }
      try lock.lock(exclusive: false)
    }
  }
}
