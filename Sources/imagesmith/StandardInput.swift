import Glibc
import Native

/// The process's stdin, whose beginning can be looked at before it is read.
final class StandardInput {
  /// What errors call a file that comes from here.
  static let name = "<stdin>"

  private let file = FileDescriptor(adopting: dup(STDIN_FILENO), name: "stdin")
  /// What has been looked at, and not yet been read.
  private var start: ArraySlice<UInt8> = []

  /// The first bytes, as many as there are; called once, before `read`.
  func peek(_ count: Int) throws(NativeError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    let filled = try bytes.withUnsafeMutableBufferPointer { (buffer) throws(NativeError) in
      try file.read(into: UnsafeMutableRawBufferPointer(buffer))
    }
    start = bytes[..<filled]
    return Array(start)
  }

  /// Fills the buffer as far as the input goes; 0 means its end.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws(NativeError) -> Int {
    guard !start.isEmpty else { return try file.read(into: buffer) }
    let piece = start.prefix(buffer.count)
    buffer.copyBytes(from: piece)
    start = start.dropFirst(piece.count)
    return piece.count
  }

  /// All of it.
  ///
  /// - Throws: `NativeError` also when it has more than `limit` bytes.
  func readAll(limit: Int) throws(NativeError) -> [UInt8] { try start + file.readAll(limit: limit) }
}
