import Glibc
import Layers
import Native
import OCI
import Synchronization

/// What is known of the content of a context's files, so that one that has not changed is not read again.
///
/// A file is known by device and inode, and is the same while size, and the times of its last change and modification are.
/// Every write moves the time of change, which nobody can set. Writes that follow each other closely may leave the same
/// time, so a file that was changed at the moment when it was read, or later, is not kept.
final class FileIndex: Sendable {
  /// Of how many files an index tells at most.
  static let limit = 400_000

  private struct State {
    /// Those that were read in this build.
    var new: [FileStamp: [UInt8]] = [:]
    /// The numbers of the entries that this build has asked for.
    var used: Set<Int32> = []
  }

  private let path: String
  private let table: FileTable
  private let state = Mutex(State())

  /// Reads an index; one that is missing or damaged is empty.
  init(path: String) {
    self.path = path
    table = FileTable(path: path)
  }

  /// The SHA-256 of a file that has this status; nil when it is not known.
  func digest(of status: FileStatus) -> [UInt8]? {
    let stamp = FileStamp(status)
    if let number = table.find(stamp) {
      state.withLock { _ = $0.used.insert(number) }
      return table.digest(number)
    }
    return state.withLock { $0.new[stamp] }
  }

  /// Keeps what has been read, if it is sure that a later change would show.
  ///
  /// - Parameters:
  ///   - status: as it was after the reading.
  ///   - start: `now()` before the reading.
  func keep(_ digest: [UInt8], of status: FileStatus, readAt start: FileStamp.Time) {
    var latest = FileStamp.Time(status.changed)
    // A file system that keeps no fractions of a second rounds down.
    if latest.nanoseconds == 0 { latest.seconds += 2 }
    guard latest < start else { return }
    state.withLock { $0.new[FileStamp(status)] = digest }
  }

  /// The clock that file systems stamp files by.
  static func now() -> FileStamp.Time {
    var time = timespec()
    // Cannot fail: the clock is there since Linux 2.6.32. A time of zero keeps nothing.
    guard clock_gettime(CLOCK_REALTIME_COARSE, &time) == 0 else { return FileStamp.Time((0, 0)) }
    return FileStamp.Time((time.tv_sec, time.tv_nsec))
  }

  /// Writes the index, if this build has read anything: what it has used, what it has read, and as much of the rest as
  /// there is room for.
  func save() throws {
    let (new, used) = state.withLock { ($0.new, $0.used) }
    guard !new.isEmpty else { return }
    var entries = Array(new.map { (stamp: $0, digest: $1) }.prefix(Self.limit))
    var inodes = Set(new.keys.map(\.file))
    let rest = (0..<Int32(table.count)).filter { !used.contains($0) }
    for number in used.sorted() + rest where entries.count < Self.limit {
      let stamp = table.stamp(number)
      if inodes.insert(stamp.file).inserted { entries.append((stamp, table.digest(number))) }
    }
    try FileTable.write(entries, to: path)
  }
}
