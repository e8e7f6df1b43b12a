import Layers
import Native
import OCI

/// What the cache remembers of a layer, in a file whose time is that of the layer's last use: which unpacked layer its blob
/// belongs to, and what the blob's file was when its content was known to be right.
struct LayerMark: Equatable, Sendable {
  var diffID: DiffID
  var inode: UInt64
  /// Bytes.
  var size: Int
  /// Of the last modification of the blob. Another name for the file, which shares it with an image layout, leaves it alone.
  var modified: FileStamp.Time

  init(_ diffID: DiffID, _ status: FileStatus) {
    self.diffID = diffID
    inode = status.inode
    size = status.size
    modified = FileStamp.Time(status.modified)
  }

  /// Nil when nothing is there, or nothing that is whole.
  init?(path: String) {
    guard let bytes = try? FileDescriptor.open(path).readAll(limit: 1000) else { return nil }
    let words = String(decoding: bytes, as: UTF8.self).split(separator: " ", omittingEmptySubsequences: false)
    guard words.count == 6, words[5] == "\n", let digest = Digest(words[0]), let inode = UInt64(words[1]),
      let size = Int(words[2]), let seconds = Int(words[3]), let nanoseconds = Int(words[4])
    else { return nil }
    diffID = DiffID(digest)
    self.inode = inode
    self.size = size
    modified = FileStamp.Time((seconds, nanoseconds))
  }

  func write(to path: String) throws(NativeError) {
    let text = "\(diffID) \(inode) \(size) \(modified.seconds) \(modified.nanoseconds) \n"
    try AtomicFile.write(Array(text.utf8), to: path, isSynchronized: false)
  }
}
