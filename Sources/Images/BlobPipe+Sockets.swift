import Glibc
import Native

/// A pair of sockets rather than a pipe: to a reader that has gone a pipe's writer gets a signal.
extension BlobPipe {
  static func makeSocketPair() throws(NativeError) -> (write: Int32, read: Int32) {
    var ends: [Int32] = [-1, -1]
    let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    guard socketpair(AF_UNIX, type, 0, &ends) == 0 else { throw NativeError(failed: "make a pair of sockets") }
    return (ends[0], ends[1])
  }

  static func send(_ bytes: UnsafeRawBufferPointer, to socket: Int32) throws(NativeError) {
    var rest = bytes
    while !rest.isEmpty {
      let count = retrying { Glibc.send(socket, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL)) }
      guard count >= 0 else { throw NativeError(failed: "hand on a blob") }
      rest = UnsafeRawBufferPointer(rebasing: rest[count...])
    }
  }

  /// Fewer bytes than `buffer` has room for mean the end.
  static func receive(into buffer: UnsafeMutableRawBufferPointer, from socket: Int32) throws(NativeError) -> Int {
    var filled = 0
    while filled < buffer.count {
      let target = UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
      let count = retrying { recv(socket, target.baseAddress, target.count, 0) }
      guard count >= 0 else { throw NativeError(failed: "take on a blob") }
      if count == 0 { break }
      filled += count
    }
    return filled
  }
}
