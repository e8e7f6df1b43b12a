import Foundation
import Glibc
import Synchronization

/// Accepts connections on a free port of loopback, and serves each on a thread of its own.
final class Listener: Sendable {
  struct Failure: Error {
    let call: String
    let errno: Int32
  }

  let port: UInt16
  private let socket: Int32
  /// By socket; those that are being served.
  private let open = Mutex<[Int32: Connection]>([:])

  init() throws {
    let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let failed: String? = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        if bind(socket, pointer, length) != 0 { return "bind" }
        if listen(socket, 128) != 0 { return "listen" }
        return getsockname(socket, pointer, &length) == 0 ? nil : "getsockname"
      }
    }
    if let failed {
      let error = Failure(call: failed, errno: errno)
      close(socket)
      throw error
    }
    self.socket = socket
    port = UInt16(bigEndian: address.sin_port)
  }

  /// - Parameter serve: called on the connection's thread; when it returns the connection is closed.
  func start(_ serve: @escaping @Sendable (Connection) -> Void) {
    Thread.detachNewThread { [self] in
      while true {
        let accepted = accept(socket, nil, nil)
        if accepted < 0, errno == EINTR || errno == ECONNABORTED { continue }
        guard accepted >= 0 else { break }
        _ = fcntl(accepted, F_SETFD, FD_CLOEXEC)
        let connection = Connection(adopting: accepted)
        open.withLock { $0[accepted] = connection }
        Thread.detachNewThread { [self] in
          serve(connection)
          open.withLock { $0[accepted] = nil }
        }
      }
      close(socket)
    }
  }

  /// Ends every connection and takes no more.
  func stop() {
    shutdown(socket, Int32(SHUT_RDWR))
    open.withLock { $0.values.forEach { $0.end() } }
  }
}
