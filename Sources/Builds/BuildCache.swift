import FoundationEssentials
import Glibc
import Layers
import Native
import OCI
import Secrets

/// What builds keep between them: layers, unpacked layers, what steps made, and the folders of `RUN --mount=type=cache`.
/// All of it can be deleted at any time when no build runs; `CachePruning` takes away what nobody uses.
package struct BuildCache: Sendable {
  /// Absolute.
  package let directory: String
  package let blobs: BlobStore
  package let snapshots: SnapshotStore
  let steps: StepCache
  let bases: BaseCache
  let sights: SightCache
  let history: StepHistory
  let fileIndexes: FileIndexes
  /// Where steps and layers are that are not here.
  package let remotes: RemoteCaches
  /// What was found in layers when they were written.
  let scans: ScanRecords
  /// Says that this build lives, and when it began.
  let session: ScratchFolder
  let growth = CacheGrowth()
  let openedMounts = OpenedMounts()

  /// Opens the cache, making the folder where it is missing, and takes away what killed builds have left.
  ///
  /// - Parameter remotes: where steps and layers are that are not here.
  /// - Throws: `BuildError` with code `machine` when the folder cannot be written.
  package init(directory: String, remotes: RemoteCaches = RemoteCaches([])) throws {
    do {
      for name in ["steps", "bases", "sights", "history", "files", "mounts", "uses", "builds", "work"] {
        try FileManager.default.createDirectory(
          atPath: "\(directory)/\(name)", withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
      }
    } catch {
      throw BuildError(
        code: .machine, message: "cannot make the cache \(directory)",
        hint: "name a folder that you may write to, with some GB of room, in IMAGESMITH_HOME")
    }
    self.directory = directory
    self.remotes = remotes
    blobs = try BlobStore(directory: directory)
    snapshots = try SnapshotStore(directory: directory, marks: .usable(in: directory))
    steps = StepCache(directory: directory + "/steps")
    bases = BaseCache(cache: directory)
    sights = SightCache(directory: directory + "/sights")
    history = StepHistory(directory: directory + "/history")
    fileIndexes = FileIndexes(directory: directory + "/files")
    scans = ScanRecords(inCache: directory)
    ScratchFolder.sweep(directory + "/builds")
    session = try ScratchFolder.make(in: directory + "/builds")
    try blobs.removeAbandoned()
    try snapshots.removeAbandoned()
    ScratchFolder.sweep(directory + "/work")
    SecretFolder.sweep()
  }

  /// Whether layers have been added to it since it was opened here.
  package var hasGrown: Bool { growth.hasHappened }

  /// A new folder for one step.
  func makeWorkArea() throws(NativeError) -> ScratchFolder {
    try ScratchFolder.make(in: workFolder)
  }

  /// The folder in which work areas are.
  package var workFolder: String { directory + "/work" }
}
