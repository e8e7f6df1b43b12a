import Glibc
import Layers
import Native
import OCI
import Secrets

/// How builds and prunings share the cache.
///
/// A build has a folder in `builds/` for as long as it lives, which is as old as the build. What it uses it marks, under the
/// shared lock; a pruning takes away under the exclusive lock, and nothing that was marked since the oldest living build
/// began. So what a build has marked stays until it ends, and what it finds gone it makes anew.
extension BuildCache {
  /// Whether the layer's blob is here and is what it was when it was written, as far as size and times tell; where they do
  /// not, it is read, and dropped if it is damaged. From now on the build may rely on it.
  ///
  /// - Parameter isChecked: whether a blob of which nothing is known has been checked by whoever brought it.
  package func use(_ layer: Layer, isChecked: Bool = false) throws -> Bool {
    let blob = layer.descriptor
    let mark = markPath(of: blob.digest)
    let known: LayerMark?
    let status: FileStatus
    do {
      let lock = try share()
      if snapshots.existing(layer.diffID) != nil { try markUnpacked(layer.diffID) }
      guard let found = try FileStatus.of(Array(blobs.path(of: blob.digest).utf8)) else { return false }
      status = found
      known = touch(mark) ? LayerMark(path: mark) : nil
      // It may be unpacked by a later step.
      try markUnpacked(layer.diffID)
      let present = LayerMark(layer.diffID, status)
      if known == present, status.size == blob.size { return true }
      // Whatever the blob is, it is in use from now on.
      try present.write(to: mark)
      _ = consume lock
    }
    if status.size == blob.size, known == nil && isChecked || (try? blobs.verify(blob.digest)) != nil { return true }
    unlink(mark)
    try blobs.remove(blob.digest)
    return false
  }

  /// The same for a blob that is no layer of an image, such as a file that ADD has fetched.
  func holds(_ blob: Descriptor) throws -> Bool {
    try use(Layer(diffID: DiffID(blob.digest), descriptor: blob))
  }

  /// Marks a layer that this build has just written, or fetched.
  ///
  /// - Parameter scan: the secrets that were found in it meanwhile; nil when nobody has looked. It is pushed only when there
  ///   are none.
  func made(_ layer: Layer, _ scan: ScanResult?) throws {
    growth.note()
    if let scan { try scans.keep(scan, of: layer.diffID.digest) }
    let lock = try share()
    guard let status = try FileStatus.of(Array(blobs.path(of: layer.descriptor.digest).utf8)) else { return }
    try markUnpacked(layer.diffID)
    try LayerMark(layer.diffID, status).write(to: markPath(of: layer.descriptor.digest))
    _ = consume lock
  }

  /// Marks the folder of a cache mount.
  ///
  /// - Parameters:
  ///   - name: of the folder.
  ///   - id: what Dockerfiles call it.
  func useMount(_ name: String, id: String) throws {
    let lock = try share()
    let path = "\(directory)/uses/mount-\(name)"
    if !touch(path) { try AtomicFile.write(Array(id.utf8), to: path, isSynchronized: false) }
    _ = consume lock
  }

  func markPath(of digest: Digest) -> String { "\(directory)/uses/\(digest.hex)" }

  /// The mark of an unpacked layer, which may belong to several blobs, each compressed in another way.
  func markPath(ofUnpacked diffID: DiffID) -> String { "\(directory)/uses/unpacked-\(diffID.digest.hex)" }

  private func markUnpacked(_ diffID: DiffID) throws {
    let path = markPath(ofUnpacked: diffID)
    if !touch(path) { _ = try FileDescriptor.open(path, O_WRONLY | O_CREAT, mode: 0o600) }
  }

  /// Waits while something is taken away.
  private func share() throws(NativeError) -> FileDescriptor { try lock(exclusive: false) }

  /// Each caller has a descriptor of its own: a lock belongs to it, and not to the process.
  func lock(exclusive: Bool) throws(NativeError) -> FileDescriptor {
    let file = try FileDescriptor.open("\(directory)/.lock", O_RDWR | O_CREAT, mode: 0o600)
    try file.lock(exclusive: exclusive)
    return file
  }

  /// Gives a file the present time; false when it is not there.
  private func touch(_ path: String) -> Bool { utimensat(AT_FDCWD, path, nil, 0) == 0 }
}
