import Glibc

/// One request and what becomes of it.
struct Exchange {
  private let service: RegistryService
  private let connection: Connection
  private var request: Request
  private let route: Route
  private let fault: Fault?

  init(_ service: RegistryService, _ connection: Connection, _ request: Request, _ route: Route, _ fault: Fault?) {
    self.service = service
    self.connection = connection
    self.request = request
    self.route = route
    self.fault = fault
  }

  /// - Parameter rest: what has come after the head; afterwards what belongs to the next request.
  /// - Returns: whether the connection goes on.
  mutating func run(_ rest: inout [UInt8]) -> Bool {
    if case .close = fault { return false }
    if case .resetRequest(let bytes) = fault {
      _ = readBody(&rest, atMost: bytes)
      connection.reset()
      return false
    }
    guard readBody(&rest, atMost: request.contentLength) else { return false }
    switch fault {
    case .expire: service.expire()
    case .forgetUploads: service.forgetUploads()
    case .ignoreRange: request.headers["range"] = nil
    case .silence:
      while !connection.receive(1 << 10).isEmpty {}
      return false
    case .garbage(let bytes):
      connection.send(bytes)
      return false
    case .endlessHeaders:
      sendForEver("HTTP/1.1 200 OK\r\n", "X-Filler: \(String(repeating: "x", count: 1000))\r\n")
      return false
    case .endlessBody(let status):
      sendForEver("HTTP/1.1 \(status) Status\r\n\r\n", String(repeating: "x", count: 1 << 16))
      return false
    default: break
    }
    guard let answer = instead ?? (try? service.answer(request, route)) else { return false }
    let goesOn = deliver(answer)
    service.note(0)
    return goesOn
  }

  /// - Returns: whether that many bytes came, or all that were announced.
  private mutating func readBody(_ rest: inout [UInt8], atMost limit: Int) -> Bool {
    let wanted = min(limit, request.contentLength)
    request.body = Array(rest.prefix(wanted))
    rest.removeFirst(request.body.count)
    while request.body.count < wanted {
      let bytes = connection.receive(wanted - request.body.count)
      guard !bytes.isEmpty else { return false }
      service.note(bytes.count)
      request.body += bytes
    }
    return true
  }

  /// What is answered instead of the registry's own answer.
  private var instead: Answer? {
    switch fault {
    case .status(let status, let headers, let body):
      Answer(status, headers.map { ($0.key, $0.value) }, Array(body.utf8))
    case .redirect(let location): Answer(307, [("Location", location)])
    case .redirectLoop: Answer(307, [("Location", request.target)])
    default: nil
    }
  }

  /// - Returns: whether the connection goes on.
  private func deliver(_ plain: Answer) -> Bool {
    var answer = plain
    var lengthOff = 0
    switch fault {
    case .closeAfterWork: return false
    case .header(let name, let value): answer[name] = value
    case .length(let off): lengthOff = off
    case .spoil(let byte) where !answer.body.isEmpty: answer.body[byte % answer.body.count] ^= 1
    case .body(let bytes): answer.body = bytes
    default: break
    }
    let hasBody = request.method != "HEAD"
    let wire = answer.wire(withBody: hasBody, lengthOff: lengthOff)
    switch fault {
    case .withoutLength(let bytes):
      connection.send(answer.head(withLength: nil) + (hasBody ? answer.body.prefix(bytes) : []))
      return false
    case .chunked where hasBody && answer.status != 204:
      return connection.send(answer.chunked(by: 1000, trailer: "Docker-Content-Digest: sha256:0"))
    case .interim:
      return connection.send(
        Array("HTTP/1.1 103 Early Hints\r\nLocation: /hint\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n".utf8) + wire)
    case .cut(let bytes):
      connection.send(wire.prefix(bytes))
      return false
    case .reset(let bytes):
      connection.send(wire.prefix(bytes))
      connection.reset()
      return false
    case .drip:
      return wire.allSatisfy { connection.send([$0]) }
    case .slowDrip:
      return wire.allSatisfy {
        usleep(200_000)
        return connection.send([$0])
      }
    default:
      // In pieces, so that there are moments in between.
      for start in stride(from: 0, to: wire.count, by: 16 << 10) {
        let piece = wire[start..<min(start + (16 << 10), wire.count)]
        guard connection.send(piece) else { return false }
        service.note(piece.count)
      }
      if case .length = fault { return false }
      return fault != .lastAnswer
    }
  }

  /// Until the other end has had enough, which it must some time before a gibibyte.
  private func sendForEver(_ beginning: String, _ piece: String) {
    guard connection.send(beginning.utf8) else { return }
    let bytes = Array(piece.utf8)
    var left = (1 << 30) / bytes.count
    while left > 0, connection.send(bytes) { left -= 1 }
  }
}
