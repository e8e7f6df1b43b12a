import Glibc
import Native
import OCI

extension SnapshotStore {
  /// An unpacked layer on the disk. A layer may be unpacked more than once, over different layers below.
  package struct Snapshot: Sendable, Equatable {
    package var diffID: DiffID
    /// The folder that holds it.
    package var path: String
    /// Bytes, about.
    package var size: Int
    /// When it was made, in seconds since 1970.
    package var made: Int
  }

  /// All that are here and whole, in no certain order.
  package func snapshots() throws(LayerError) -> [Snapshot] {
    var found: [Snapshot] = []
    for name in try names() {
      let text = String(decoding: name, as: UTF8.self)
      let path = "\(folder)/\(text)"
      guard let digest = Digest("sha256:\(text.prefix(64))"),
        let status = try LayerError.translating({ try FileStatus.of(Array(path.utf8)) })
      else { continue }
      found.append(
        Snapshot(
          diffID: DiffID(digest), path: path, size: SnapshotMark.of(path)?.size ?? 0, made: status.changed.seconds))
    }
    return found
  }

  /// Removes what processes that were killed have left half unpacked. Returns the names of what was removed.
  @discardableResult
  package func removeAbandoned() throws(LayerError) -> [String] {
    var removed: [String] = []
    for name in try names() where name.starts(with: Self.partialPrefix.utf8) {
      let text = String(decoding: name, as: UTF8.self)
      guard let digest = Digest("sha256:\(text.dropFirst(Self.partialPrefix.count))"),
        let lock = try lockIfFree(DiffID(digest))
      else { continue }
      try LayerExtractor.removeDirectory("\(folder)/\(text)")
      removed.append(text)
      _ = consume lock
    }
    return removed
  }

  /// Writes all snapshots of this boot to the disk, those of the last minute excepted, whose files the system has not begun
  /// to write. Costs nothing when there are none.
  ///
  /// - Parameter age: seconds that a snapshot must have.
  package func synchronize(olderThan age: Int = 60) throws(LayerError) {
    let waiting = try snapshots().filter { snapshot in
      time(nil) - snapshot.made >= age && SnapshotMark.of(snapshot.path)?.boot == SnapshotMark.presentBoot
    }
    guard !waiting.isEmpty else { return }
    try LayerError.translating {
      try FileDescriptor.open("\(directory)/snapshots", O_RDONLY | O_DIRECTORY).synchronizeFileSystem()
    }
    for snapshot in waiting {
      // One that was removed meanwhile has no folder to write to.
      try? SnapshotMark(boot: nil, size: snapshot.size).write(to: snapshot.path)
    }
  }

  private func names() throws(LayerError) -> [[UInt8]] {
    try LayerError.translating {
      try FileDescriptor.open(folder, O_RDONLY | O_DIRECTORY).names()
    }
  }
}
