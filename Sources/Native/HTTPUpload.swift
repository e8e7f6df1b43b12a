import Glibc

/// The body of a request on its way: read in pieces and in order.
struct HTTPUpload: ~Copyable {
  /// Bytes in all.
  let length: Int
  private let bytes: [UInt8]
  private let file: FileDescriptor?
  private let reader: HTTPRequest.Reader?
  private var sent = 0

  /// - Throws: `NativeError` when the file cannot be opened.
  init(_ body: HTTPRequest.Body) throws(NativeError) {
    switch body {
    case .none: try self.init(length: 0)
    case .bytes(let content): try self.init(length: content.count, bytes: content)
    case .file(let path, let offset, let count):
      try self.init(length: count, file: path, offset: offset)
    case .stream(let count, let reader): try self.init(length: count, reader: reader)
    }
  }

  private init(
    length: Int, bytes: [UInt8] = [], file path: String? = nil, offset: Int = 0, reader: HTTPRequest.Reader? = nil
  ) throws(NativeError) {
    self.length = length
    self.bytes = bytes
    self.reader = reader
    if let path { file = try Self.open(path, at: offset) } else { file = nil }
  }

  private static func open(_ path: String, at offset: Int) throws(NativeError) -> FileDescriptor {
    let file = try FileDescriptor.open(path)
    guard lseek(file.raw, off_t(offset), SEEK_SET) == offset else { throw NativeError(failed: "seek in \(path)") }
    return file
  }

  /// Fills `buffer`, as far as there is anything, with what is sent next; 0 at the end.
  ///
  /// - Throws: `NativeError` when the file became shorter or a stream ends early, and what the reader throws.
  mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    let wanted = min(buffer.count, length - sent)
    guard wanted > 0 else { return 0 }
    let target = UnsafeMutableRawBufferPointer(rebasing: buffer[..<wanted])
    let count: Int
    if let reader {
      count = try reader(target)
    } else if file != nil {
      count = try file?.read(into: target) ?? 0
    } else {
      bytes.withUnsafeBytes { target.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[sent..<sent + wanted])) }
      count = wanted
    }
    guard count > 0 else {
      throw NativeError(operation: "read what is sent", reason: "it became shorter, and ends after \(sent) bytes")
    }
    sent += count
    return count
  }

  /// Goes back to an earlier byte. Returns whether it can.
  mutating func seek(to position: Int) -> Bool {
    // Where a connection that served before breaks, libcurl takes a new one and would send a file again unasked. But the
    // server may have kept a part of it, and who sends it can ask.
    guard file == nil, reader == nil else { return position == sent }
    guard (0...length).contains(position) else { return false }
    sent = position
    return true
  }
}
