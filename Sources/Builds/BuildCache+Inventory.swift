import Glibc
import Layers
import Native
import OCI

extension BuildCache {
  /// What is here now, the largest first. Others may change it meanwhile.
  package func inventory() throws -> CacheInventory {
    let oldest = try oldestBuild()
    let known = steps.all()
    var entries = try layerEntries(known, oldest) + mountEntries(oldest)
    // A layer's own record goes with it.
    let owned = Set(entries.flatMap(\.paths))
    let records = try recordFiles().filter { !owned.contains($0.path) }
    entries.sort { ($1.size, $0.name) < ($0.size, $1.name) }
    return CacheInventory(
      entries: entries, records: records.count, recordSize: records.reduce(0) { $0 + $1.status.size })
  }

  /// When the oldest build that lives has begun; nil when none lives. This process's own does not count.
  func oldestBuild() throws -> Int? {
    ScratchFolder.living(in: "\(directory)/builds", except: session.path).compactMap { path in
      (try? FileStatus.of(Array(path.utf8)))?.modified.seconds
    }.min()
  }

  private func layerEntries(
    _ records: [(path: String, record: StepRecord)], _ oldest: Int?
  ) throws -> [CacheEntry] {
    var entries: [Digest: CacheEntry] = [:]
    var unpacked = try Dictionary(grouping: snapshots.snapshots(), by: \.diffID)
    for digest in try blobs.digests() {
      guard let status = try FileStatus.of(Array(blobs.path(of: digest).utf8)) else { continue }
      entries[digest] = try entry(digest, status, &unpacked)
    }
    for (path, record) in records {
      guard let digest = record.layer?.descriptor.digest else { continue }
      entries[digest]?.instruction = record.instruction
      entries[digest]?.paths.insert(path, at: 0)
      entries[digest]?.size += try FileStatus.of(Array(path.utf8))?.size ?? 0
    }
    // Unpacked layers whose blob has gone.
    let lone = unpacked.values.joined().map { snapshot -> CacheEntry in
      var entry = CacheEntry(
        kind: .layer, name: "\(snapshot.diffID)", instruction: "", size: snapshot.size, unpackedSize: snapshot.size,
        lastUsed: snapshot.made, isInUse: false)
      entry.paths = [snapshot.path, markPath(ofUnpacked: snapshot.diffID)]
      return entry
    }
    return (entries.values + lone).map { entry in
      var entry = entry
      entry.isInUse = oldest.map { entry.lastUsed >= $0 } ?? false
      return entry
    }
  }

  private func entry(
    _ digest: Digest, _ status: FileStatus, _ unpacked: inout [DiffID: [SnapshotStore.Snapshot]]
  ) throws -> CacheEntry {
    let path = markPath(of: digest)
    let diffID = LayerMark(path: path)?.diffID
    let snapshots = diffID.flatMap { unpacked.removeValue(forKey: $0) } ?? []
    let unpackedSize = snapshots.reduce(0) { $0 + $1.size }
    var entry = CacheEntry(
      kind: .layer, name: "\(digest)", instruction: "", size: status.size + unpackedSize, unpackedSize: unpackedSize,
      lastUsed: try lastUse(of: digest, blob: status), isInUse: false)
    entry.paths = [blobs.path(of: digest), path] + snapshots.map(\.path)
    if let diffID { entry.paths.append(markPath(ofUnpacked: diffID)) }
    return entry
  }

  /// Seconds since 1970: when the layer was marked, or came here.
  func lastUse(of digest: Digest, blob: FileStatus) throws -> Int {
    let mark = try FileStatus.of(Array(markPath(of: digest).utf8))
    return max(mark?.modified.seconds ?? 0, blob.changed.seconds)
  }

  private func mountEntries(_ oldest: Int?) throws -> [CacheEntry] {
    try names(in: "mounts").compactMap { name -> CacheEntry? in
      let (path, mark) = ("\(directory)/mounts/\(name)", "\(directory)/uses/mount-\(name)")
      guard let status = try FileStatus.of(Array(path.utf8)), status.kind == .directory else { return nil }
      let id = (try? FileDescriptor.open(mark).readAll(limit: 4096)).map { String(decoding: $0, as: UTF8.self) }
      let lastUsed = try FileStatus.of(Array(mark.utf8))?.modified.seconds ?? status.modified.seconds
      var entry = CacheEntry(
        kind: .mount, name: id ?? name, instruction: "", size: try FileTreeSize.of(path), unpackedSize: 0,
        lastUsed: lastUsed, isInUse: oldest.map { lastUsed >= $0 } ?? false)
      entry.paths = [path, mark]
      return entry
    }
  }

  /// The small files of steps, inputs, contexts and bases.
  func recordFiles() throws -> [(path: String, status: FileStatus)] {
    let folders =
      try ["history", "files", "bases", "sights", "remotes", "scans"] + names(in: "steps").map { "steps/\($0)" }
    return try folders.flatMap { folder in
      try names(in: folder).compactMap { name in
        let path = "\(directory)/\(folder)/\(name)"
        return try FileStatus.of(Array(path.utf8)).map { (path, $0) }
      }
    }
  }

  /// What is in a folder of the cache; nothing where it is not there.
  private func names(in folder: String) throws(NativeError) -> [String] {
    do throws(NativeError) {
      return try FileDescriptor.open("\(directory)/\(folder)", O_RDONLY | O_DIRECTORY).names()
        .map { String(decoding: $0, as: UTF8.self) }
    } catch {
      guard error.errno == ENOENT || error.errno == ENOTDIR else { throw error }
      return []
    }
  }
}

/// How much a folder's files take on the disk.
enum FileTreeSize {
  /// Bytes; what goes away meanwhile does not count.
  static func of(_ path: String) throws(NativeError) -> Int {
    do throws(NativeError) {
      return try size(of: FileDescriptor.open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW))
    } catch {
      guard error.errno == ENOENT else { throw error }
      return 0
    }
  }

  private static func size(of folder: borrowing FileDescriptor) throws(NativeError) -> Int {
    var size = 0
    for name in try folder.names() {
      guard let status = try FileStatus.of(name, at: folder.raw) else { continue }
      size += status.allocated
      guard status.kind == .directory else { continue }
      do throws(NativeError) {
        size += try self.size(of: folder.open(at: name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW))
      } catch {
        guard error.errno == ENOENT || error.errno == ENOTDIR else { throw error }
      }
    }
    return size
  }
}
