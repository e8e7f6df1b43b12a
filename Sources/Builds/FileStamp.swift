import Native

/// What tells whether a file is the one that it was, short of reading it.
struct FileStamp: Hashable, Sendable {
  /// Which file it is, whatever its name.
  struct File: Hashable, Sendable, Comparable {
    var device: UInt64
    var inode: UInt64

    static func < (one: File, other: File) -> Bool {
      one.inode == other.inode ? one.device < other.device : one.inode < other.inode
    }
  }

  /// Seconds since 1970, and nanoseconds.
  struct Time: Hashable, Sendable, Comparable {
    var seconds: Int
    var nanoseconds: Int

    init(_ time: (seconds: Int, nanoseconds: Int)) {
      seconds = time.seconds
      nanoseconds = time.nanoseconds
    }

    static func < (one: Time, other: Time) -> Bool {
      one.seconds == other.seconds ? one.nanoseconds < other.nanoseconds : one.seconds < other.seconds
    }
  }

  var file: File
  /// Bytes.
  var size: Int
  var modified: Time
  var changed: Time

  init(_ status: FileStatus) {
    file = File(device: status.device, inode: status.inode)
    size = status.size
    modified = Time(status.modified)
    changed = Time(status.changed)
  }

  init(file: File, size: Int, modified: Time, changed: Time) {
    self.file = file
    self.size = size
    self.modified = modified
    self.changed = changed
  }
}
