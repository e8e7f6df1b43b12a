import Layers
import Native

/// The file of a file index: entries of one size, by inode and device, and a hash of them all at the end. It is read at
/// once, and looked into where it lies.
struct FileTable: Sendable {
  /// Device, inode, size, and seconds and nanoseconds of the modification and the last change, eight bytes each, the lowest
  /// first; then the SHA-256 of the content.
  private static let entrySize = 7 * 8 + 32
  private static let mark = Array("imagesmith files 1\n\0\0\0\0\0".utf8)

  private let bytes: [UInt8]
  let count: Int

  /// Reads the file; one that is missing or damaged has no entries.
  init(path: String) {
    let bytes = Self.read(path)
    self.bytes = bytes ?? []
    count = bytes.map { ($0.count - Self.mark.count - 32) / Self.entrySize } ?? 0
  }

  private static func read(_ path: String) -> [UInt8]? {
    guard let file = try? FileDescriptor.open(path), let size = try? file.status().size,
      size >= mark.count + 32, (size - mark.count - 32).isMultiple(of: entrySize),
      size <= mark.count + 32 + FileIndex.limit * entrySize,
      let bytes = try? [UInt8](
        unsafeUninitializedCapacity: size,
        initializingWith: { buffer, filled in filled = try file.read(into: UnsafeMutableRawBufferPointer(buffer)) }),
      bytes.count == size, bytes.starts(with: mark), var sha = try? SHA256(),
      (try? bytes.withUnsafeBytes { try sha.update(UnsafeRawBufferPointer(rebasing: $0[..<(size - 32)])) }) != nil,
      let hash = try? sha.finish(), bytes[(size - 32)...].elementsEqual(hash)
    else { return nil }
    return bytes
  }

  /// Writes a table whole; that a power cut leaves it empty does no harm.
  static func write(_ entries: [(stamp: FileStamp, digest: [UInt8])], to path: String) throws {
    var bytes = mark
    bytes.reserveCapacity(mark.count + entries.count * entrySize + 32)
    for (stamp, digest) in entries.sorted(by: { $0.stamp.file < $1.stamp.file }) {
      let numbers = [
        stamp.file.device, stamp.file.inode, UInt64(bitPattern: Int64(stamp.size)),
        UInt64(bitPattern: Int64(stamp.modified.seconds)), UInt64(stamp.modified.nanoseconds),
        UInt64(bitPattern: Int64(stamp.changed.seconds)), UInt64(stamp.changed.nanoseconds),
      ]
      for number in numbers { withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) } }
      bytes += digest
    }
    bytes += try SHA256.hash(bytes)
    try AtomicFile.write(bytes, to: path, isSynchronized: false)
  }

  /// The number of the entry of a file that is as it was.
  func find(_ stamp: FileStamp) -> Int32? {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      let file = self.file(middle)
      if file == stamp.file { return self.stamp(Int32(middle)) == stamp ? Int32(middle) : nil }
      if file < stamp.file { low = middle + 1 } else { high = middle }
    }
    return nil
  }

  func stamp(_ number: Int32) -> FileStamp {
    let index = Int(number)
    return FileStamp(
      file: file(index), size: signed(index, 2),
      modified: FileStamp.Time((signed(index, 3), signed(index, 4))),
      changed: FileStamp.Time((signed(index, 5), signed(index, 6))))
  }

  /// 32 bytes.
  func digest(_ number: Int32) -> [UInt8] {
    let end = Self.mark.count + (Int(number) + 1) * Self.entrySize
    return Array(bytes[(end - 32)..<end])
  }

  private func file(_ index: Int) -> FileStamp.File {
    FileStamp.File(device: field(index, 0), inode: field(index, 1))
  }

  private func signed(_ index: Int, _ number: Int) -> Int { Int(Int64(bitPattern: field(index, number))) }

  private func field(_ index: Int, _ number: Int) -> UInt64 {
    let offset = Self.mark.count + index * Self.entrySize + number * 8
    return bytes.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: UInt64.self)) }
  }
}
