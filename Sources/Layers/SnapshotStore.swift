import Glibc
import Native
import OCI

/// Unpacked layers by their DiffID, `snapshots/sha256/HEX/fs`, each a lower directory for overlay mounts. Those with marks that
/// a user may set, which other mounts read, are in `snapshots/sha256-user`.
///
/// A snapshot appears whole or not at all and never changes after that; one that a power cut may have damaged is made anew
/// (`SnapshotMark`). Whoever needs one that another process unpacks just now waits for it. All calls block.
package struct SnapshotStore: Sendable {
  /// What holds `snapshots/`.
  package let directory: String
  package let marks: OverlayMarks

  package init(directory: String, marks: OverlayMarks = .trusted) throws(LayerError) {
    self.directory = directory
    self.marks = marks
    try makeDirectories(folder)
    try makeDirectories("\(directory)/snapshots/.locks")
  }

  /// Where a layer is that is the same upon whatever lies below; nil when it is not unpacked.
  package func existing(_ diffID: DiffID) -> String? {
    let place = entry(diffID)
    return isSound(place) ? files(of: place) : nil
  }

  /// The directory of an unpacked layer; unpacks it when it is missing.
  ///
  /// - Parameter lower: the directories of the layers below, the lowest first. A layer that lacks a parent directory of
  ///   one of its files takes it from them, and is then kept for this order alone.
  /// - Throws: What `LayerExtractor.extract` throws.
  package func directory(
    for layer: Layer, from blobs: BlobStore, over lower: [String] = [], limit: Int = LayerExtractor.defaultLimit
  ) throws(LayerError) -> String {
    let alone = entry(layer.diffID)
    let upon = try entry(layer.diffID, over: lower)
    if let place = [alone, upon].first(where: isSound) { return files(of: place) }
    let lock = try lock(layer.diffID)
    if let place = [alone, upon].first(where: isSound) { return files(of: place) }
    for place in [alone, upon] { try LayerExtractor.removeDirectory(place) }
    let lower = TreeView(lower, marks: marks)
    let path = try unpack(layer, from: blobs, over: lower, limit: limit) { $0.dependsOnLower ? upon : alone }
    _ = consume lock
    return path
  }

  /// Unpacks those layers that are missing and are the same upon whatever lies below, side by side. What fails here fails
  /// again in `directory`, which also unpacks the others: they have to wait for those below them.
  package func unpackAlone(
    _ layers: [Layer], from blobs: BlobStore, limit: Int = LayerExtractor.defaultLimit
  ) {
    var missing = layers.filter { existing($0.diffID) == nil }
    guard missing.count > 1, let names = try? FileDescriptor.open(folder, O_RDONLY | O_DIRECTORY).names() else {
      return
    }
    // One that asked for those below it would do so again.
    let upon = Set(names.filter { $0.contains(UInt8(ascii: "-")) }.map { $0.prefix { $0 != UInt8(ascii: "-") } })
    missing.removeAll { upon.contains(Array($0.diffID.digest.hex.utf8)[...]) }
    guard missing.count > 1 else { return }
    // The largest first, so that none begins when all others have ended.
    let queue = Channel<Layer>(capacity: missing.count)
    for layer in missing.sorted(by: { $0.descriptor.size > $1.descriptor.size }) { queue.send(layer) }
    queue.close()
    var threads = ThreadTeam()
    for _ in 0..<min(missing.count, Self.threadCount) {
      // Without a thread the layer has to wait for `directory`.
      try? threads.start { while let layer = queue.receive() { try? unpackAlone(layer, from: blobs, limit: limit) } }
    }
    threads.join()
  }

  /// One a processor, at most four: each decompresses, hashes and writes.
  private static var threadCount: Int { min(4, max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }

  /// Unpacks a layer if it is the same upon whatever lies below.
  ///
  /// - Throws: `LayerError` when it is not, and what `LayerExtractor.extract` throws.
  package func unpackAlone(
    _ layer: Layer, from blobs: BlobStore, limit: Int = LayerExtractor.defaultLimit
  ) throws(LayerError) {
    let lock = try lock(layer.diffID)
    guard existing(layer.diffID) == nil else { return }
    try LayerExtractor.removeDirectory(entry(layer.diffID))
    _ = try unpack(layer, from: blobs, over: nil, limit: limit) { _ in entry(layer.diffID) }
    _ = consume lock
  }

  /// The caller has the lock.
  ///
  /// - Parameter place: where what was unpacked is to be.
  private func unpack(
    _ layer: Layer, from blobs: BlobStore, over lower: TreeView?, limit: Int,
    into place: (LayerExtractor.Result) -> String
  ) throws(LayerError) -> String {
    let temporary = try makeTemporary(for: layer.diffID)
    do throws(LayerError) {
      try makeDirectories(files(of: temporary))
      let extractor = LayerExtractor(form: .overlay(marks), over: lower, limit: limit)
      let result = try extractor.apply(layer.descriptor, diffID: layer.diffID, from: blobs, onto: files(of: temporary))
      let place = place(result)
      try SnapshotMark(boot: SnapshotMark.presentBoot, size: result.size).write(to: temporary)
      guard rename(temporary, place) == 0 else {
        throw LayerError(NativeError(failed: "rename \(temporary) to \(place)"))
      }
      return files(of: place)
    } catch {
      try? LayerExtractor.removeDirectory(temporary)
      throw error
    }
  }

  /// Takes over the upper directory of an overlay mount, which is not mounted any more, as the unpacked form of the layer
  /// that was written from it. Later steps then see what they would see if the layer had been unpacked: the same times,
  /// no sockets. Returns where it is now.
  ///
  /// - Parameters:
  ///   - upper: a directory on the same file system.
  ///   - epoch: the latest time that the layer's entries have, in seconds since 1970.
  ///   - removing: paths in it that the layer does not have.
  package func adopt(
    _ upper: String, as diffID: DiffID, epoch: Int, removing: Set<LayerPath> = []
  ) throws(LayerError) -> String {
    let place = entry(diffID)
    let lock = try lock(diffID)
    if let path = existing(diffID) {
      try LayerExtractor.removeDirectory(upper)
      return path
    }
    try LayerExtractor.removeDirectory(place)
    var size = 0
    do throws(NativeError) {
      let root = try FileDescriptor.open(upper, O_RDONLY | O_DIRECTORY)
      for path in removing { try root.remove(path) }
      try root.settle(epoch: epoch, size: &size)
    } catch {
      throw LayerError(error)
    }
    let temporary = try makeTemporary(for: diffID)
    guard rename(upper, files(of: temporary)) == 0 else {
      let error = NativeError(failed: "rename \(upper) to \(files(of: temporary))")
      rmdir(temporary)
      throw LayerError(error)
    }
    try SnapshotMark(boot: SnapshotMark.presentBoot, size: size).write(to: temporary)
    guard rename(temporary, place) == 0 else {
      throw LayerError(NativeError(failed: "rename \(temporary) to \(place)"))
    }
    _ = consume lock
    return files(of: place)
  }

  /// Gives the files in the upper directory of an overlay mount, which is not mounted any more, the times that they have in
  /// a layer, and removes sockets; `adopt` does it too, and later than a step that already looks at the files.
  package static func settle(_ upper: String, epoch: Int) throws(LayerError) {
    var size = 0
    do throws(NativeError) {
      try FileDescriptor.open(upper, O_RDONLY | O_DIRECTORY).settle(epoch: epoch, size: &size)
    } catch {
      throw LayerError(error)
    }
  }

  private func entry(_ diffID: DiffID) -> String { "\(folder)/\(diffID.digest.hex)" }

  private func entry(_ diffID: DiffID, over lower: [String]) throws(LayerError) -> String {
    let below: [UInt8] = lower.flatMap { Array($0.utf8) + [0] }
    let key = try LayerError.translating { try Digest(sha256: SHA256.hash(below)) }
    return "\(entry(diffID))-over-\(key.short)"
  }

  var folder: String { "\(directory)/snapshots/sha256" + (marks == .user ? "-user" : "") }

  private func files(of entry: String) -> String { "\(entry)/fs" }

  /// Whether a snapshot is there and whole.
  private func isSound(_ entry: String) -> Bool { SnapshotMark.of(entry)?.isSound ?? false }

  static let partialPrefix = ".partial-"

  /// The caller has the lock: what is there already was left by a process that was killed.
  private func makeTemporary(for diffID: DiffID) throws(LayerError) -> String {
    let path = "\(folder)/\(Self.partialPrefix)\(diffID.digest.hex)"
    try LayerExtractor.removeDirectory(path)
    guard mkdir(path, 0o755) == 0 else { throw LayerError(NativeError(failed: "make the directory \(path)")) }
    return path
  }

  private func lock(_ diffID: DiffID) throws(LayerError) -> FileDescriptor {
    do throws(NativeError) {
      let file = try lockFile(diffID)
      try file.lock()
      return file
    } catch {
      throw LayerError(error)
    }
  }

  /// Nil when somebody unpacks the layer just now.
  func lockIfFree(_ diffID: DiffID) throws(LayerError) -> FileDescriptor? {
    do throws(NativeError) {
      let file = try lockFile(diffID)
      guard flock(file.raw, LOCK_EX | LOCK_NB) == 0 else { return nil }
      return consume file
    } catch {
      throw LayerError(error)
    }
  }

  private func lockFile(_ diffID: DiffID) throws(NativeError) -> FileDescriptor {
    let path = "\(directory)/snapshots/.locks/\(diffID.digest.hex)"
    return try FileDescriptor.open(path, O_RDWR | O_CREAT, mode: 0o644)
  }
}

extension FileDescriptor {
  /// Removes what is at `path` in this directory, if no link leads there: a command may have put one in the way.
  fileprivate func remove(_ path: LayerPath) throws(NativeError) {
    guard let first = path.components.first.map(Array.init), let status = try FileStatus.of(first, at: raw) else {
      return
    }
    if let rest = LayerPath(bytes: first)?.remainder(of: path), !rest.isRoot {
      guard status.kind == .directory else { return }
      return try open(at: first, O_RDONLY | O_DIRECTORY | O_NOFOLLOW).remove(rest)
    }
    let time = try self.status().modified.seconds
    try removeTree(first)
    try setTime(time)
  }

  /// Gives all in this directory the times that it has in a layer, whole seconds up to `epoch`, and removes sockets.
  /// Returns whether there were any in it.
  ///
  /// - Parameter size: grows by the bytes that the files take on the disk.
  @discardableResult
  fileprivate func settle(epoch: Int, size: inout Int) throws(NativeError) -> Bool {
    var hadSockets = false
    for name in try names() {
      guard let status = try FileStatus.of(name, at: raw) else { continue }
      size += status.allocated
      var hasNewTime = status.modified.nanoseconds != 0
      switch status.kind {
      case .socket:
        try removeTree(name)
        hadSockets = true
        continue
      case .characterDevice(major: 0, minor: 0): continue
      case .directory:
        let directory = try open(at: name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
        if try directory.settle(epoch: epoch, size: &size) { hasNewTime = true }
      default: break
      }
      let time = max(0, min(status.modified.seconds, epoch))
      if hasNewTime || time != status.modified.seconds { try setTime(of: name, to: time) }
    }
    return hadSockets
  }
}
