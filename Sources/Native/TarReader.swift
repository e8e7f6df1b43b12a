import CArchive
import CLinux
import Glibc

/// Reads a tar archive of any common dialect, by libarchive, from a closure, member by member.
///
/// An archive that breaks off, in content or before its end marker, is an error and never an end.
package struct TarReader: ~Copyable {
  /// Fills the buffer as far as the input goes and says how many bytes that was; 0 means its end.
  package typealias Source = (UnsafeMutableRawBufferPointer) throws(NativeError) -> Int

  /// What libarchive's callback finds behind its pointer.
  private final class Input {
    let source: Source
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 17, alignment: 16)
    var failure: NativeError?

    init(source: @escaping Source) { self.source = source }

    deinit { buffer.deallocate() }

    /// As libarchive wants its callback: the number of bytes behind `bytes`, 0 at the end, or -1.
    func give(_ bytes: UnsafeMutablePointer<UnsafeRawPointer?>) -> Int {
      do throws(NativeError) {
        let count = try source(buffer)
        bytes.pointee = UnsafeRawPointer(buffer.baseAddress)
        return count
      } catch {
        failure = error
        return -1
      }
    }
  }

  private let archive: OpaquePointer
  private let input: Input
  private let requiresEndMarker: Bool
  /// The size of the member read last.
  private var content: Int

  /// - Parameters:
  ///   - compressed: whether the input may be compressed, by whatever libarchive knows without other programs.
  ///   - requiresEndMarker: whether an archive that ends after a member, without blocks of zeros, is an error. Tools read
  ///     such archives; one whose digest is known anyway need not have the marker.
  package init(
    compressed: Bool = false, requiresEndMarker: Bool = true, from source: @escaping Source
  ) throws(NativeError) {
    let input = Input(source: source)
    archive = try Self.open(input, compressed: compressed)
    self.input = input
    self.requiresEndMarker = requiresEndMarker
    content = 0
  }

  private static func open(_ input: Input, compressed: Bool) throws(NativeError) -> OpaquePointer {
    guard let archive = archive_read_new() else {
      throw NativeError(operation: "start to read an archive", reason: "no memory")
    }
    let filters = [
      archive_read_support_filter_gzip, archive_read_support_filter_bzip2, archive_read_support_filter_xz,
      archive_read_support_filter_lzma, archive_read_support_filter_zstd, archive_read_support_filter_lz4,
      archive_read_support_filter_compress,
    ]
    let opened =
      archive_read_support_format_tar(archive) == ARCHIVE_OK
      && (!compressed || filters.allSatisfy { $0(archive) == ARCHIVE_OK })
      && archive_read_open(
        archive, Unmanaged.passUnretained(input).toOpaque(), nil,
        { _, context, bytes in
          guard let context, let bytes else { return -1 }
          return Unmanaged<Input>.fromOpaque(context).takeUnretainedValue().give(bytes)
        }, nil) == ARCHIVE_OK
    guard opened else {
      let error = input.failure ?? NativeError(archive: archive, "start to read an archive")
      archive_read_free(archive)
      throw error
    }
    return archive
  }

  deinit {
    archive_read_free(archive)
  }

  /// The next member, whose content may then be read; nil at the end of the archive.
  ///
  /// - Throws: `NativeError` when the archive is damaged or breaks off, or the source throws.
  package mutating func next() throws(NativeError) -> TarHeader? {
    var entry: OpaquePointer?
    // In the C locale names come as the bytes that they are, neither refused nor normalised.
    let previous = imagesmith_enter_locale(0)
    let result = archive_read_next_header(archive, &entry)
    imagesmith_leave_locale(previous)
    // A warning says that a name is not of the locale's characters.
    switch result {
    case ARCHIVE_OK, ARCHIVE_WARN: break
    case ARCHIVE_EOF:
      let marker = archive_filter_bytes(archive, 0) - archive_read_header_position(archive)
      guard marker > 0 || !requiresEndMarker else {
        throw NativeError(operation: "read the archive", reason: "it breaks off before its end marker")
      }
      return nil
    default: throw failure("read the archive")
    }
    guard let entry else { throw failure("read the archive") }
    return try header(of: entry)
  }

  /// Where the member read last begins: bytes of the archive, without its compression. A reader that starts there reads
  /// this member first.
  package var position: Int { Int(archive_read_header_position(archive)) }

  /// Fills `buffer` with the next content of the member read last, holes as zeros; fewer bytes than `buffer.count` mean
  /// its end.
  package mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(NativeError) -> Int {
    var filled = 0
    while filled < buffer.count {
      let count = archive_read_data(archive, buffer.baseAddress.map { $0 + filled }, buffer.count - filled)
      guard count >= 0 else { throw failure("read the archive") }
      if count == 0 { break }
      filled += count
    }
    return filled
  }

  /// The content of the member read last, in pieces: the offset in the file and the bytes. What no piece covers, up to
  /// the size, is a hole: zeros.
  package mutating func readContent(
    _ body: (_ offset: Int, _ bytes: UnsafeRawBufferPointer) throws(NativeError) -> Void
  ) throws(NativeError) {
    var end = 0
    while true {
      var bytes: UnsafeRawPointer?
      var count = 0
      var offset: la_int64_t = 0
      let result = archive_read_data_block(archive, &bytes, &count, &offset)
      if result == ARCHIVE_EOF { return }
      guard result == ARCHIVE_OK || result == ARCHIVE_WARN else { throw failure("read the archive") }
      guard offset >= end, count <= content, offset <= content - count else {
        throw NativeError(operation: "read the archive", reason: "a member has content beyond its size")
      }
      end = Int(offset) + count
      if count > 0 { try body(Int(offset), UnsafeRawBufferPointer(start: bytes, count: count)) }
    }
  }

  /// The content of the member read last, holes as zeros.
  ///
  /// - Throws: `NativeError` also when it has more than `limit` bytes.
  package mutating func readContent(limit: Int) throws(NativeError) -> [UInt8] {
    guard content <= limit else {
      throw NativeError(operation: "read the archive", reason: "a member has more than \(limit) bytes")
    }
    var all = [UInt8](repeating: 0, count: content)
    try readContent { (offset, bytes) throws(NativeError) in
      all.replaceSubrange(offset..<offset + bytes.count, with: bytes)
    }
    return all
  }

  private mutating func header(of entry: OpaquePointer) throws(NativeError) -> TarHeader {
    let path = Self.bytes(archive_entry_pathname(entry))
    let uid = archive_entry_uid(entry)
    let gid = archive_entry_gid(entry)
    guard let uid = UInt32(exactly: uid), let gid = UInt32(exactly: gid) else {
      throw NativeError(
        operation: "read the archive", reason: "\(FileDescriptor.text(path)) has the owner \(uid):\(gid)")
    }
    let size = archive_entry_size(entry)
    guard size >= 0 else {
      throw NativeError(operation: "read the archive", reason: "\(FileDescriptor.text(path)) has a size below zero")
    }
    content = Int(size)
    return TarHeader(
      path: path, kind: kind(of: entry), mode: archive_entry_perm(entry) & 0o7777, uid: uid, gid: gid,
      modified: archive_entry_mtime(entry), attributes: Self.attributes(of: entry))
  }

  private func kind(of entry: OpaquePointer) -> TarHeader.Kind {
    if let path = archive_entry_hardlink(entry) { return .hardlink(path: Self.bytes(path)) }
    let major = UInt32(truncatingIfNeeded: archive_entry_rdevmajor(entry))
    let minor = UInt32(truncatingIfNeeded: archive_entry_rdevminor(entry))
    return switch archive_entry_filetype(entry) {
    case Glibc.S_IFDIR: .directory
    case Glibc.S_IFLNK: .symlink(target: Self.bytes(archive_entry_symlink(entry)))
    case Glibc.S_IFCHR: .characterDevice(major: major, minor: minor)
    case Glibc.S_IFBLK: .blockDevice(major: major, minor: minor)
    case Glibc.S_IFIFO: .fifo
    default: .file(size: content)
    }
  }

  /// By name; of two with one name the later counts, as in pax.
  private static func attributes(of entry: OpaquePointer) -> [ExtendedAttribute] {
    guard archive_entry_xattr_reset(entry) > 0 else { return [] }
    var values: [[UInt8]: [UInt8]] = [:]
    var name: UnsafePointer<CChar>?
    var value: UnsafeRawPointer?
    var size = 0
    // libarchive lists the one read last first.
    while archive_entry_xattr_next(entry, &name, &value, &size) == ARCHIVE_OK {
      let key = bytes(name)
      if values[key] == nil { values[key] = Array(UnsafeRawBufferPointer(start: value, count: size)) }
    }
    return values.map { ExtendedAttribute(name: $0.key, value: $0.value) }
      .sorted { $0.name.lexicographicallyPrecedes($1.name) }
  }

  private static func bytes(_ text: UnsafePointer<CChar>?) -> [UInt8] {
    guard let text else { return [] }
    return Array(UnsafeRawBufferPointer(start: text, count: strlen(text)))
  }

  private func failure(_ operation: String) -> NativeError {
    input.failure ?? NativeError(archive: archive, operation)
  }
}
