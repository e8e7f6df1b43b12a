import Glibc

/// The server's end of one TCP connection. Its calls block.
final class Connection: Sendable {
  let socket: Int32

  /// Takes over `socket`, which is closed with `self`.
  init(adopting socket: Int32) {
    self.socket = socket
    // What is sent by itself arrives by itself.
    var isOn: Int32 = 1
    setsockopt(socket, Int32(IPPROTO_TCP), TCP_NODELAY, &isOn, socklen_t(MemoryLayout<Int32>.size))
  }

  deinit { close(socket) }

  /// The next bytes, at most `limit` of them; none when the other end is done or gone.
  func receive(_ limit: Int) -> [UInt8] {
    var buffer = [UInt8](repeating: 0, count: min(limit, 64 << 10))
    while true {
      let count = recv(socket, &buffer, buffer.count, 0)
      if count < 0, errno == EINTR { continue }
      return Array(buffer.prefix(max(0, count)))
    }
  }

  /// - Returns: whether all of it was taken.
  @discardableResult func send(_ bytes: some Sequence<UInt8>) -> Bool {
    let bytes = Array(bytes)
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.send(socket, $0.baseAddress?.advanced(by: sent), bytes.count - sent, Int32(MSG_NOSIGNAL))
      }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { return false }
      sent += count
    }
    return true
  }

  /// Makes the close that follows a reset: the other end loses what it has not read yet, and is told so.
  func reset() {
    var option = linger(l_onoff: 1, l_linger: 0)
    setsockopt(socket, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
  }

  /// Ends both directions from another thread: what blocks there comes back.
  func end() { shutdown(socket, Int32(SHUT_RDWR)) }
}
