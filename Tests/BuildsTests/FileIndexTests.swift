import Foundation
import Native
import Testing

@testable import Builds

/// What spares reading a context again.
struct FileIndexTests {
  /// Of a new file of that many bytes.
  private static func status(_ size: Int, in folder: TemporaryFolder) throws -> FileStatus {
    try folder.write(["f\(size)": String(repeating: "x", count: size)])
    return try #require(try FileStatus.of(Array("\(folder.path)/f\(size)".utf8)))
  }

  private static let later = FileStamp.Time((seconds: 1 << 40, nanoseconds: 0))

  @Test("what is kept is found again, in the same build and in the next, by its own status alone")
  func kept() throws {
    let folder = try TemporaryFolder()
    let statuses = try (0..<40).map { try Self.status($0, in: folder) }
    let digests = try statuses.map { try SHA256.hash(Array("\($0.inode) \($0.size)".utf8)) }
    var index = FileIndex(path: folder.path + "/index")
    for (status, digest) in zip(statuses, digests).dropLast() { index.keep(digest, of: status, readAt: Self.later) }
    for _ in 0..<2 {
      for (status, digest) in zip(statuses, digests).dropLast() { #expect(index.digest(of: status) == digest) }
      #expect(index.digest(of: try #require(statuses.last)) == nil)
      var other = try #require(statuses.first)
      other.size += 1
      #expect(index.digest(of: other) == nil)
      other.size -= 1
      other.inode += 1 << 40
      #expect(index.digest(of: other) == nil)
      try index.save()
      index = FileIndex(path: folder.path + "/index")
    }
  }

  @Test("a file that was changed at the moment when it was read is not kept")
  func racy() throws {
    let folder = try TemporaryFolder()
    let index = FileIndex(path: folder.path + "/index")
    let status = try Self.status(3, in: folder)
    let changed = FileStamp.Time(status.changed)
    index.keep([1], of: status, readAt: changed)
    #expect(index.digest(of: status) == nil)
    var before = changed
    before.nanoseconds -= 1
    index.keep([1], of: status, readAt: before)
    #expect(index.digest(of: status) == nil)
    // The clock that is asked is that of the file system: what is made now is not older than now.
    let now = FileIndex.now()
    index.keep([1], of: try Self.status(4, in: folder), readAt: now)
    try index.save()
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/index"))
  }

  @Test("any damage makes an index empty, and the next build writes it anew")
  func damage() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/index"
    let statuses = try (0..<5).map { try Self.status($0, in: folder) }
    func write() throws {
      let index = FileIndex(path: path)
      for status in statuses { index.keep([UInt8](repeating: 7, count: 32), of: status, readAt: Self.later) }
      try index.save()
    }
    try write()
    let whole = try Data(contentsOf: URL(filePath: path))
    for at in 0..<whole.count {
      var bytes = whole
      bytes[at] ^= 1
      try bytes.write(to: URL(filePath: path))
      #expect(FileTable(path: path).count == 0)
      if at.isMultiple(of: 7) {
        try whole.prefix(at).write(to: URL(filePath: path))
        #expect(FileTable(path: path).count == 0)
      }
    }
    try write()
    #expect(try Data(contentsOf: URL(filePath: path)) == whole)
    #expect(FileTable(path: path).count == 5)
  }

  @Test("50,000 entries are read in a moment")
  func size() throws {
    let folder = try TemporaryFolder()
    let digest = [UInt8](repeating: 1, count: 32)
    let entries = (0..<50_000).map { number in
      (
        stamp: FileStamp(
          file: .init(device: 1, inode: UInt64(number * 7)), size: number, modified: Self.later, changed: Self.later),
        digest: digest
      )
    }
    try FileTable.write(entries.shuffled(), to: folder.path + "/index")
    let table = FileTable(path: folder.path + "/index")
    #expect(table.count == 50_000)
    for entry in entries.prefix(1000) { #expect(table.find(entry.stamp) != nil) }
  }
}
