import Glibc
import Native

/// The upper directory of an overlay mount, which is not mounted any more, made into what its layer says and nothing else.
///
/// overlayfs copies a file up as soon as somebody opens it for writing, and its directories with it. What was copied and is the
/// same as before is no change, and goes; so do sockets, and marks that hide nothing. The rest gets the times that it has in the layer, so that the next step
/// sees the same whether it comes now or in a build that has this one from the cache.
///
/// Blocks.
package struct OverlayUpper: Sendable {
  package let path: String
  package let marks: OverlayMarks
  /// The latest time that the layer's entries have, in seconds since 1970.
  package let epoch: Int

  package init(_ path: String, marks: OverlayMarks, epoch: Int) {
    self.path = path
    self.marks = marks
    self.epoch = epoch
  }

  /// - Parameter lower: the directories of the layers below, the lowest first, settled themselves.
  /// - Throws: `LayerError` when something cannot be read, or removed.
  package func settle(over lower: [String]) throws(LayerError) {
    _ = try settle(Array(path.utf8), over: MergedDirectory(lower, marks: marks))
  }

  /// Settles what is in a directory, and returns whether nothing is left in it. The directory's own time stays.
  private func settle(_ path: [UInt8], over lower: MergedDirectory?) throws(LayerError) -> Bool {
    var rest = 0
    var directories: [[UInt8]] = []
    do {
      let folder = try FileDescriptor.open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
      let time = try folder.status().modified
      var hasLost = false
      for name in try folder.names() {
        guard let status = try FileStatus.of(name, at: folder.raw) else { continue }
        rest += 1
        switch status.kind {
        case .characterDevice(major: 0, minor: 0): continue
        case .directory: directories.append(name)
        default:
          let host = path + [UInt8(ascii: "/")] + name
          if try status.kind == .socket || isUnchanged(host, status, since: lower?.child(name)) {
            try folder.removeTree(name)
            hasLost = true
            rest -= 1
          } else {
            try settleTime(of: name, status, in: folder)
          }
        }
      }
      if hasLost { try folder.setTime(time.seconds, time.nanoseconds) }
    } catch {
      throw LayerError.wrapping(error)
    }
    for name in directories where try settleDirectory(name, in: path, over: lower) { rest -= 1 }
    return rest == 0
  }

  /// Returns whether it has gone, as nothing of it was changed.
  private func settleDirectory(
    _ name: [UInt8], in parent: [UInt8], over lower: MergedDirectory?
  ) throws(LayerError) -> Bool {
    let path = parent + [UInt8(ascii: "/")] + name
    let isOpaque = try LayerError.translating { try marks.isOpaque(.path(path)) }
    let hidden = try lower?.directory(name)
    // overlayfs marks what is renamed to a place where nothing is, too.
    if isOpaque, hidden == nil { try LayerError.translating { try marks.removeOpaque(.path(path)) } }
    let below = isOpaque ? nil : hidden
    let isEmpty = try settle(path, over: below)
    return try LayerError.translating {
      let folder = try FileDescriptor.open(parent, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
      guard let status = try FileStatus.of(name, at: folder.raw) else { return true }
      if isEmpty, below != nil, let old = try lower?.child(name), try hasSameAttributes(path, status, old) {
        let time = try folder.status().modified
        try folder.removeTree(name)
        try folder.setTime(time.seconds, time.nanoseconds)
        return true
      }
      try settleTime(of: name, status, in: folder)
      return false
    }
  }

  /// Whether a file is, to its last byte, what it was: one that has a second name now is not.
  private func isUnchanged(
    _ host: [UInt8], _ status: FileStatus, since old: (status: FileStatus, hostPath: [UInt8])?
  ) throws -> Bool {
    guard let old, status.links == 1, try hasSameAttributes(host, status, old) else { return false }
    switch status.kind {
    case .file: return try status.size == old.status.size && hasSameContent(host, old.hostPath)
    case .symlink: return try FileStatus.linkTarget(of: host) == FileStatus.linkTarget(of: old.hostPath)
    default: return true
    }
  }

  private func hasSameAttributes(
    _ host: [UInt8], _ status: FileStatus, _ old: (status: FileStatus, hostPath: [UInt8])
  ) throws -> Bool {
    guard status.kind == old.status.kind, status.mode == old.status.mode, status.uid == old.status.uid,
      status.gid == old.status.gid, clamped(status) == clamped(old.status)
    else { return false }
    let view = TreeView([])
    return try view.attributes(ofHostPath: host) == view.attributes(ofHostPath: old.hostPath)
  }

  private func hasSameContent(_ one: [UInt8], _ other: [UInt8]) throws(NativeError) -> Bool {
    let file = try FileDescriptor.open(one, O_RDONLY | O_NOFOLLOW)
    return try file.hasSameBytes(as: FileDescriptor.open(other, O_RDONLY | O_NOFOLLOW))
  }

  private func clamped(_ status: FileStatus) -> Int { max(0, min(status.modified.seconds, epoch)) }

  private func settleTime(of name: [UInt8], _ status: FileStatus, in folder: borrowing FileDescriptor) throws {
    let time = clamped(status)
    if status.modified != (time, 0) { try folder.setTime(of: name, to: time) }
  }
}

extension FileDescriptor {
  /// Whether both files, from where they stand, go on with the same bytes.
  fileprivate func hasSameBytes(as other: borrowing FileDescriptor) throws(NativeError) -> Bool {
    let size = 1 << 16
    let (one, two) = (
      UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 16),
      UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 16)
    )
    defer {
      one.deallocate()
      two.deallocate()
    }
    while true {
      let (count, expected) = (try read(into: one), try other.read(into: two))
      guard let left = one.baseAddress, let right = two.baseAddress, count == expected,
        memcmp(left, right, count) == 0
      else { return false }
      if count < size { return true }
    }
  }
}
