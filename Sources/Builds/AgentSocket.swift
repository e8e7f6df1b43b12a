import Glibc
import Native
import Synchronization

/// A socket that hands what comes to an SSH agent of this machine, for the user of one RUN: the agent's own socket is for
/// the one who started it alone, and RUN must not be able to remove or rename it.
///
/// Source: Dockerfile reference, "RUN --mount=type=ssh"; the agent's protocol passes through unread.
final class AgentSocket: Sendable {
  /// Where it is.
  let path: String
  /// The end that, when closed, ends the threads.
  private let stop: Mutex<Int32>

  /// Listens at `path`, until `close()`.
  ///
  /// - Throws: `BuildError` with code `input` when there is no agent at `agent`; `NativeError`.
  init(at path: String, to agent: String, mode: UInt32, uid: UInt32, gid: UInt32) throws {
    guard let probe = try? Self.connected(to: agent) else {
      throw BuildError(
        code: .input, message: "there is no SSH agent at \(agent)",
        hint: "start one: eval $(ssh-agent); ssh-add KEY; and name it by --ssh default")
    }
    Glibc.close(probe)
    let listener = try Self.socket(at: path) { bind($0, $1, $2) }
    var ends: [Int32] = [-1, -1]
    let kind = Self.kind
    guard chmod(path, mode) == 0, chown(path, uid, gid) == 0, listen(listener, 16) == 0,
      Glibc.socketpair(AF_UNIX, kind, 0, &ends) == 0
    else {
      let error = NativeError(failed: "listen at \(path)")
      Glibc.close(listener)
      throw error
    }
    self.path = path
    stop = Mutex(ends[1])
    let stopped = ends[0]
    Self.detach {
      Self.serve(listener, agent, until: stopped)
      Glibc.close(listener)
      Glibc.close(stopped)
    }
  }

  deinit { close() }

  /// Ends all connections.
  func close() {
    stop.withLock { stop in
      if stop >= 0 { Glibc.close(stop) }
      stop = -1
    }
  }

  /// Passes bytes between the callers and the agent: one thread for all, as what is asked of an agent is small.
  private static func serve(_ listener: Int32, _ agent: String, until stopped: Int32) {
    /// Each end, and the one to which its bytes go.
    var peers: [Int32: Int32] = [:]
    defer { for end in peers.keys { Glibc.close(end) } }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
    defer { buffer.deallocate() }
    while true {
      var polled = ([stopped, listener] + peers.keys).map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
      guard retrying({ poll(&polled, nfds_t(polled.count), -1) }) > 0, polled[0].revents == 0 else { return }
      if polled[1].revents != 0 {
        let caller = accept(listener, nil, nil)
        if caller >= 0 { _ = fcntl(caller, F_SETFD, FD_CLOEXEC) }
        if caller >= 0, peers.count < 256, let other = try? connected(to: agent) {
          peers[caller] = other
          peers[other] = caller
        } else if caller >= 0 {
          Glibc.close(caller)
        }
      }
      for end in polled.dropFirst(2) where end.revents != 0 {
        guard let other = peers[end.fd] else { continue }
        let count = retrying { recv(end.fd, buffer.baseAddress, buffer.count, 0) }
        if count > 0, send(UnsafeRawBufferPointer(rebasing: buffer[..<count]), to: other) { continue }
        for one in [end.fd, other] {
          peers[one] = nil
          Glibc.close(one)
        }
      }
    }
  }

  private static func send(_ bytes: UnsafeRawBufferPointer, to end: Int32) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let part = UnsafeRawBufferPointer(rebasing: rest)
      let count = retrying { Glibc.send(end, part.baseAddress, part.count, Int32(MSG_NOSIGNAL)) }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }

  private static var kind: Int32 { Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue) }

  private static func connected(to path: String) throws -> Int32 {
    try socket(at: path) { connect($0, $1, $2) }
  }

  /// A socket on which `call` has done its work with the address of `path`.
  private static func socket(
    at path: String, _ call: (Int32, UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) throws(NativeError) -> Int32 {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8)
    guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else {
      throw NativeError(operation: "use the socket \(path)", reason: "its path is too long")
    }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    let socket = Glibc.socket(AF_UNIX, kind, 0)
    guard socket >= 0 else { throw NativeError(failed: "make a socket") }
    let result = withUnsafePointer(to: &address) { address in
      address.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        retrying { call(socket, pointer, socklen_t(MemoryLayout<sockaddr_un>.size)) }
      }
    }
    guard result == 0 else {
      let error = NativeError(failed: "use the socket \(path)")
      Glibc.close(socket)
      throw error
    }
    return socket
  }

  private static func detach(_ body: @escaping @Sendable () -> Void) {
    Task { try? await BlockingPool.agents.run(body) }
  }
}

extension BlockingPool {
  /// For sockets that are served while RUNs go on, so that these keep no thread from anything else.
  fileprivate static let agents = BlockingPool(threads: 64)
}
