import Glibc
import Native

/// What a tree of real files was before a command ran in it: enough to see, without a look at any content, what has changed.
///
/// A file is the same if its inode, ctime, size, mode, owner, links and device are: no program can set the ctime. A directory is
/// the same one if its inode and its time of birth are, as file systems give the inodes of removed ones to new ones at once.
/// Some 150 bytes a file. Blocks.
package struct TreeSnapshot: Sendable {
  /// One file or directory.
  private struct Entry: Sendable {
    var inode: UInt64
    var changed: (seconds: Int, nanoseconds: Int)
    /// Of a directory; 0 where it is not known.
    var born: (seconds: Int64, nanoseconds: UInt32) = (0, 0)
    var size: Int
    var kind: FileStatus.Kind
    var mode: UInt32
    var uid: UInt32
    var gid: UInt32
    var links: Int
    /// Where in `names` its own is.
    var name: Range<Int>
    /// Of a directory: the entries of what is in it, by name.
    var children = 0..<0

    /// Whether nothing of it has changed; of a directory, which may have other files in it.
    func isUnchanged(_ now: Entry) -> Bool {
      inode == now.inode && changed == now.changed && kind == now.kind && mode == now.mode && uid == now.uid
        && gid == now.gid && (kind == .directory || (size == now.size && links == now.links))
    }

    /// Whether both are directories, and one and the same.
    func isSameDirectory(_ now: Entry) -> Bool {
      kind == .directory && now.kind == .directory && inode == now.inode && born == now.born
    }
  }

  /// What has become of a path since.
  package enum Change: Sendable, Equatable {
    case removed
    /// It is new, or a directory that has taken another's place, with all that is in it. `hidesLower` says that something was
    /// there before.
    case made(hidesLower: Bool)
    /// A file, link or node is another, or has another content or owner, as the one that was there.
    case altered
    /// The directory itself, not what is in it.
    case directory
  }

  private let root: String
  /// What is left out, with all that is below.
  private let excluded: Set<LayerPath>
  private var names: [UInt8] = []
  private var entries: [Entry] = []
  private var top = 0..<0

  /// Looks at the directory `root`.
  package init(of root: String, excluding excluded: Set<LayerPath> = []) throws(LayerError) {
    self.root = root
    self.excluded = excluded
    do {
      top = try record(.root)
      waitForNextTick()
    } catch {
      throw LayerError.wrapping(error)
    }
  }

  /// The kernel's clock for files ticks every few milliseconds: what is changed within the tick of the snapshot would look the same.
  private func waitForNextTick() {
    guard let newest = entries.map(\.changed).max(by: <) else { return }
    for _ in 0..<100 {
      var now = timespec()
      clock_gettime(CLOCK_REALTIME_COARSE, &now)
      guard (now.tv_sec, now.tv_nsec) <= newest else { return }
      usleep(1000)
    }
  }

  /// What has changed since, each directory before what is in it. The content of what is new is not gone through.
  package func changes() throws(LayerError) -> [(path: LayerPath, change: Change)] {
    var changes: [(path: LayerPath, change: Change)] = []
    do {
      try compare(.root, top, &changes)
    } catch {
      throw LayerError.wrapping(error)
    }
    return changes
  }

  /// Appends what is in a directory, and returns where.
  private mutating func record(_ directory: LayerPath) throws -> Range<Int> {
    let start = entries.count
    do {
      let folder = try FileDescriptor.open(hostPath(directory), O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
      for name in try folder.names() where !excluded.contains(directory.appending(name)) {
        guard var entry = try Self.entry(name, in: folder) else { continue }
        entry.name = names.count..<(names.count + name.count)
        names += name
        entries.append(entry)
      }
    }
    let range = start..<entries.count
    for index in range where entries[index].kind == .directory {
      entries[index].children = try record(directory.appending(names[entries[index].name]))
    }
    return range
  }

  private func compare(
    _ directory: LayerPath, _ before: Range<Int>, _ changes: inout [(path: LayerPath, change: Change)]
  ) throws {
    var rest = before
    var same: [(path: LayerPath, children: Range<Int>, isChanged: Bool)] = []
    do {
      let folder = try FileDescriptor.open(hostPath(directory), O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
      for name in try folder.names() {
        let path = directory.appending(name)
        guard !excluded.contains(path), let now = try Self.entry(name, in: folder) else { continue }
        while let next = rest.first, names[entries[next].name].lexicographicallyPrecedes(name) {
          changes.append((directory.appending(names[entries[next].name]), .removed))
          rest.removeFirst()
        }
        guard let next = rest.first, names[entries[next].name].elementsEqual(name) else {
          changes.append((path, .made(hidesLower: false)))
          continue
        }
        rest.removeFirst()
        let old = entries[next]
        if old.isSameDirectory(now) {
          same.append((path, old.children, !old.isUnchanged(now)))
        } else if old.kind == .directory || now.kind == .directory {
          changes.append((path, .made(hidesLower: true)))
        } else if !old.isUnchanged(now) {
          changes.append((path, .altered))
        }
      }
    }
    for index in rest { changes.append((directory.appending(names[entries[index].name]), .removed)) }
    for (path, children, isChanged) in same {
      if isChanged { changes.append((path, .directory)) }
      try compare(path, children, &changes)
    }
  }

  private static func entry(_ name: [UInt8], in folder: borrowing FileDescriptor) throws(NativeError) -> Entry? {
    guard let status = try FileStatus.of(name, at: folder.raw) else { return nil }
    var entry = Entry(
      inode: status.inode, changed: status.changed, size: status.size, kind: status.kind, mode: status.mode,
      uid: status.uid, gid: status.gid, links: status.links, name: 0..<0)
    if status.kind == .directory, let born = folder.birth(of: name) { entry.born = born }
    return entry
  }

  private func hostPath(_ path: LayerPath) -> [UInt8] {
    path.isRoot ? Array(root.utf8) : Array(root.utf8) + [UInt8(ascii: "/")] + path.bytes
  }
}
