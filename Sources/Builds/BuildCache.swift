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
  let history: StepHistory
  let fileIndexes: FileIndexes

  /// Opens the cache, making the folder where it is missing, and takes away what killed builds have left.
  ///
  /// - Throws: `BuildError` with code `machine` when the folder cannot be written.
  package init(directory: String) throws {
    do {
      for name in ["steps", "history", "files", "mounts", "work"] {
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
    snapshots = try SnapshotStore(directory: directory, marks: .usable(in: directory))
    steps = StepCache(directory: directory + "/steps")
    history = StepHistory(directory: directory + "/history")
    fileIndexes = FileIndexes(directory: directory + "/files")
    try blobs.removeAbandoned()
    ScratchFolder.sweep(directory + "/work")
    SecretFolder.sweep()
  }

  /// A new folder for one step.
  func makeWorkArea() throws(NativeError) -> ScratchFolder {
    try ScratchFolder.make(in: workFolder)
  }

  /// The folder in which work areas are.
  package var workFolder: String { directory + "/work" }

  /// Whether the blob is here and whole, as far as its size tells; one that is cut short is dropped.
  package func holds(_ blob: Descriptor) throws(LayerError) -> Bool {
    guard let size = try blobs.size(of: blob.digest) else { return false }
    if size == blob.size { return true }
    try blobs.remove(blob.digest)
    return false
  }
}
