import CArchive
import CLinux
import Glibc

/// Writes a tar archive, by libarchive, to a closure: pax where a member needs it, else ustar.
///
/// The bytes depend on the members alone: no access or change times, no names of users, no device or inode numbers, no
/// sparse members. The archive ends only with `finish()`; a writer that goes out of scope leaves it without an end.
package struct TarWriter: ~Copyable {
  /// Takes bytes of the archive, in order; the pointer is good only until it returns.
  package typealias Sink = (UnsafeRawBufferPointer) throws(NativeError) -> Void

  /// What libarchive's callback finds behind its pointer.
  private final class Output {
    let sink: Sink
    var failure: NativeError?

    init(sink: @escaping Sink) { self.sink = sink }

    /// As libarchive wants its callback: the number of bytes taken, or -1.
    func take(_ bytes: UnsafeRawPointer, _ count: Int) -> Int {
      do throws(NativeError) {
        try sink(UnsafeRawBufferPointer(start: bytes, count: count))
        return count
      } catch {
        failure = error
        return -1
      }
    }
  }

  private let archive: OpaquePointer
  private let entry: OpaquePointer
  private let output: Output
  /// Bytes of content that the last header announced and that have not come.
  private var due: Int

  package init(to sink: @escaping Sink) throws(NativeError) {
    let output = Output(sink: sink)
    let (archive, entry) = try Self.open(output)
    self.archive = archive
    self.entry = entry
    self.output = output
    due = 0
  }

  private static func open(_ output: Output) throws(NativeError) -> (archive: OpaquePointer, entry: OpaquePointer) {
    guard let archive = archive_write_new(), let entry = archive_entry_new() else {
      throw NativeError(operation: "start an archive", reason: "no memory")
    }
    let opened =
      archive_write_set_format_pax_restricted(archive) == ARCHIVE_OK
      // By default libarchive writes attributes twice, the second time under a key of its own.
      && archive_write_set_options(archive, "pax:xattrheader=SCHILY") == ARCHIVE_OK
      // Nothing is gathered in blocks of libarchive's: the sink has its own.
      && archive_write_set_bytes_per_block(archive, 0) == ARCHIVE_OK
      && archive_write_set_bytes_in_last_block(archive, 1) == ARCHIVE_OK
      && archive_write_open(
        archive, Unmanaged.passUnretained(output).toOpaque(), nil,
        { _, context, bytes, count in
          guard let context, let bytes else { return -1 }
          return Unmanaged<Output>.fromOpaque(context).takeUnretainedValue().take(bytes, count)
        }, nil) == ARCHIVE_OK
    guard opened else {
      let error = NativeError(archive: archive, "start an archive")
      archive_write_free(archive)
      archive_entry_free(entry)
      throw error
    }
    return (archive, entry)
  }

  deinit {
    // Else freeing would write the end of an archive that is not whole.
    archive_write_fail(archive)
    archive_write_free(archive)
    archive_entry_free(entry)
  }

  /// Begins a member. A file's content follows by `write`, exactly as many bytes as the header says.
  ///
  /// - Throws: `NativeError` when libarchive or the sink refuses, or the member before is not complete.
  package mutating func append(_ header: TarHeader) throws(NativeError) {
    try requireComplete()
    archive_entry_clear(entry)
    fill(header)
    // Names that are UTF-8 are written so; others as bytes, said to be binary.
    let previous = imagesmith_enter_locale(1)
    let result = archive_write_header(archive, entry)
    imagesmith_leave_locale(previous)
    // A warning says that a name is not UTF-8; the member has been written whole.
    if result != ARCHIVE_WARN { try check(result, "write \(FileDescriptor.text(header.path)) to the archive") }
    if case .file(let size) = header.kind { due = size }
  }

  /// Content of the file begun last.
  package mutating func write(_ bytes: UnsafeRawBufferPointer) throws(NativeError) {
    guard bytes.count <= due else {
      throw NativeError(operation: "write to the archive", reason: "more content than announced")
    }
    var rest = bytes
    while !rest.isEmpty {
      let count = archive_write_data(archive, rest.baseAddress, rest.count)
      guard count > 0 else { throw failure("write to the archive") }
      rest = UnsafeRawBufferPointer(rebasing: rest[count...])
      due -= count
    }
  }

  /// Ends the archive.
  package consuming func finish() throws(NativeError) {
    try requireComplete()
    try check(archive_write_close(archive), "end the archive")
  }

  private func requireComplete() throws(NativeError) {
    guard due == 0 else {
      throw NativeError(operation: "write to the archive", reason: "\(due) bytes of the last file are missing")
    }
  }

  private func fill(_ header: TarHeader) {
    withCPath(header.path) { archive_entry_copy_pathname(entry, $0) }
    var type = Glibc.S_IFREG
    switch header.kind {
    case .file(let size): archive_entry_set_size(entry, la_int64_t(size))
    case .directory: type = S_IFDIR
    case .symlink(let target):
      type = S_IFLNK
      withCPath(target) { archive_entry_copy_symlink(entry, $0) }
    case .hardlink(let path): withCPath(path) { archive_entry_copy_hardlink(entry, $0) }
    case .characterDevice(let major, let minor):
      type = S_IFCHR
      setDevice(major, minor)
    case .blockDevice(let major, let minor):
      type = S_IFBLK
      setDevice(major, minor)
    case .fifo: type = S_IFIFO
    }
    archive_entry_set_filetype(entry, type)
    archive_entry_set_perm(entry, header.mode)
    archive_entry_set_uid(entry, la_int64_t(header.uid))
    archive_entry_set_gid(entry, la_int64_t(header.gid))
    archive_entry_set_mtime(entry, header.modified, 0)
    // libarchive writes them in the reverse of the order in which they are added.
    for attribute in header.attributes.sorted(by: { $1.name.lexicographicallyPrecedes($0.name) }) {
      withCPath(attribute.name) { name in
        attribute.value.withUnsafeBytes { archive_entry_xattr_add_entry(entry, name, $0.baseAddress, $0.count) }
      }
    }
  }

  private func setDevice(_ major: UInt32, _ minor: UInt32) {
    archive_entry_set_rdevmajor(entry, dev_t(major))
    archive_entry_set_rdevminor(entry, dev_t(minor))
  }

  private func check(_ result: Int32, _ operation: String) throws(NativeError) {
    guard result == ARCHIVE_OK else { throw failure(operation) }
  }

  private func failure(_ operation: String) -> NativeError {
    output.failure ?? NativeError(archive: archive, operation)
  }
}

extension NativeError {
  /// What libarchive says of a call that has just failed.
  init(archive: OpaquePointer, _ operation: String) {
    let reason = archive_error_string(archive).map { String(cString: $0) } ?? "libarchive gives no reason"
    self.init(operation: operation, reason: reason)
  }
}
