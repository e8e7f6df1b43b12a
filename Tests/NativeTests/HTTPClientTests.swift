import Foundation
import Synchronization
import Testing

@testable import Native

@Suite("HTTP over libcurl, against a real server")
struct HTTPClientTests {
  private struct Echo: Decodable {
    var method: String
    var headers: [[String]]
    var body: String
    var peer: Int

    func values(_ name: String) -> [String] {
      headers.filter { $0.first?.lowercased() == name.lowercased() }.compactMap(\.last)
    }
  }

  private let server: HTTPServer
  private let client = HTTPClient()

  init() throws { server = try HTTPServer() }

  private func echo(_ request: HTTPRequest) async throws -> Echo {
    try JSONDecoder().decode(Echo.self, from: Data(try await client.send(request).body))
  }

  private func url(_ path: String) -> String { "\(server.base)/\(path)" }

  private func failure(_ request: HTTPRequest, limit: Int = 1 << 20) async -> HTTPError? {
    await #expect(throws: HTTPError.self) { _ = try await client.send(request, limit: limit) }
  }

  @Test("each method arrives as it is, with its body", arguments: ["GET", "POST", "PUT", "PATCH", "DELETE"])
  func methods(method: String) async throws {
    let text = ["POST", "PUT", "PATCH"].contains(method) ? "some ü text" : ""
    let request = HTTPRequest(
      method, url("echo"), headers: ["X-One": "a", "X-Empty": ""],
      body: text.isEmpty ? .none : .bytes(Array(text.utf8)))
    let echo = try await echo(request)
    #expect(echo.method == method)
    #expect(echo.body == text)
    #expect(echo.values("X-One") == ["a"])
    #expect(echo.values("X-Empty") == [""])
    #expect(echo.values("User-Agent") == ["imagesmith"])
    #expect(echo.values("Expect").isEmpty)
    #expect(echo.values("Transfer-Encoding").isEmpty)
    #expect(echo.values("Content-Length") == (text.isEmpty ? [] : ["\(text.utf8.count)"]))
  }

  @Test("a POST without a body says that its length is 0")
  func emptyPost() async throws {
    let echo = try await echo(HTTPRequest("POST", url("echo")))
    #expect(echo.values("Content-Length") == ["0"])
    #expect(echo.values("Transfer-Encoding").isEmpty)
  }

  @Test("any status is an answer; a redirect is not followed", arguments: [200, 204, 307, 401, 404, 429, 500])
  func statuses(status: Int) async throws {
    let response = try await client.send(HTTPRequest("GET", url("status/\(status)")))
    #expect(response.status == status)
    #expect(response.headers["location"] == "http://127.0.0.1:1/")
    #expect(response.isSuccess == (200..<300).contains(status))
    if status != 204 { #expect(response.body == Array("body".utf8)) }
  }

  @Test("headers of one name keep their order, names compare without case, values lose the space around them")
  func headers() async throws {
    let response = try await client.send(HTTPRequest("GET", url("status/200")))
    #expect(response.headers.all("X-TWO") == ["1", "2"])
  }

  @Test("HEAD has headers and no body, and the connection serves the next request")
  func head() async throws {
    let response = try await client.send(HTTPRequest("HEAD", url("bytes/5000")))
    #expect(response.headers["Content-Length"] == "5000")
    #expect(response.body.isEmpty)
    let first = try await echo(HTTPRequest("GET", url("echo")))
    let second = try await echo(HTTPRequest("POST", url("echo"), body: .bytes([65])))
    #expect(first.peer == second.peer)
    #expect(second.body == "A")
    // Nothing of the request before is left over.
    #expect(try await echo(HTTPRequest("GET", url("echo"), headers: [:])).body.isEmpty)
  }

  @Test("a part of a file is sent as it stands")
  func file() async throws {
    let path = NSTemporaryDirectory() + "http-\(UUID().uuidString)"
    defer { unlink(path) }
    try Data("0123456789".utf8).write(to: URL(fileURLWithPath: path))
    let request = HTTPRequest("PUT", url("echo"), body: .file(path: path, offset: 3, length: 4))
    #expect(try await echo(request).body == "3456")

    let short = await failure(HTTPRequest("PUT", url("echo"), body: .file(path: path, offset: 3, length: 40)))
    #expect(short?.code == .local)
    #expect(short?.reason.contains("shorter") == true)
    let gone = await failure(HTTPRequest("PUT", url("echo"), body: .file(path: path + ".gone", offset: 0, length: 1)))
    #expect(gone?.code == .local)
  }

  @Test("a body streams to the receiver, its head first and once; of a refusal it is kept")
  func receiver() async throws {
    let seen = Mutex<(heads: [Int], bytes: Int)>(([], 0))
    func send(_ path: String) async throws -> HTTPResponse {
      try await client.send(
        HTTPRequest("GET", url(path)), limit: 100,
        onHead: { head in seen.withLock { $0.heads.append(head.status) } },
        receiver: { bytes in
          let count = bytes.count
          seen.withLock { $0.bytes += count }
        })
    }
    #expect(try await send("bytes/3000000").body.isEmpty)
    #expect(seen.withLock { $0.bytes } == 3_000_000)
    #expect(try await send("status/404").body == Array("body".utf8))
    #expect(seen.withLock { $0.heads } == [200])
  }

  @Test("a receiver or head that throws ends the exchange")
  func receiverThrows() async {
    struct Full: Error {}
    let body = await #expect(throws: HTTPError.self) {
      _ = try await client.send(HTTPRequest("GET", url("bytes/3000000")), receiver: { _ in throw Full() })
    }
    #expect(body?.code == .local)
    let head = await #expect(throws: HTTPError.self) {
      _ = try await client.send(
        HTTPRequest("GET", url("bytes/10")), onHead: { _ in throw Full() }, receiver: { _ in })
    }
    #expect(head?.code == .local)
  }

  @Test("a body past the limit is refused")
  func limit() async {
    #expect(await failure(HTTPRequest("GET", url("bytes/1001")), limit: 1000)?.code == .tooLarge)
  }

  @Test(
    "what breaks or never comes has its kind",
    arguments: [
      ("cut", HTTPError.Code.broken, 60), ("close", .broken, 60), ("stall", .timeout, 1), ("drip", .timeout, 2),
    ])
  func failures(path: String, code: HTTPError.Code, seconds: Int) async {
    let error = await failure(HTTPRequest("GET", url("\(path)/?secret=1"), totalTimeout: seconds))
    #expect(error?.code == code)
    #expect(error?.isTemporary == true)
    #expect(error?.url == url(path + "/"))
  }

  @Test("a drip is ended by its rate, long before the time for the whole")
  func drip() async {
    let error = await failure(HTTPRequest("GET", url("drip/"), stallTimeout: 1, totalTimeout: 3600))
    #expect(error?.code == .timeout)
    #expect(error?.reason.contains(/only [0-9]+ bytes in [1-9] s/) == true, "\(error?.reason ?? "")")
  }

  @Test("no server, no name, no HTTP; each time anew, and the client goes on")
  func unreachable() async throws {
    #expect(await failure(HTTPRequest("GET", "http://127.0.0.1:1/"))?.code == .connect)
    #expect(await failure(HTTPRequest("GET", "http://127.0.0.1:1/"))?.code == .connect)
    #expect(await failure(HTTPRequest("GET", "http://name.invalid/", connectTimeout: 30))?.code == .resolve)
    #expect(await failure(HTTPRequest("GET", "file:///etc/passwd"))?.code == .request)
    #expect(await failure(HTTPRequest("GET", "https" + server.base.dropFirst(4) + "/"))?.code == .tls)
    #expect(try await client.send(HTTPRequest("GET", url("status/200"))).status == 200)
  }

  @Test("a line break in a header is refused, and the value is not in the error")
  func injection() async {
    let error = await failure(HTTPRequest("GET", url("echo"), headers: ["X-A": "secret\r\nX-B: c"]))
    #expect(error?.code == .request)
    #expect(error?.description.contains("secret") == false)
  }

  @Test("an answer that comes before the body is sent is still read")
  func earlyRefusal() async throws {
    let request = HTTPRequest("PUT", url("early"), body: .bytes([UInt8](repeating: 65, count: 200_000)))
    let response = try await client.send(request)
    #expect(response.status == 403)
    #expect(response.body == Array("no".utf8))
  }

  @Test("cancelling the task ends a transfer that waits")
  func cancellation() async {
    let task = Task { try await client.send(HTTPRequest("GET", url("stall"))) }
    task.cancel()
    let error = await #expect(throws: HTTPError.self) { _ = try await task.value }
    #expect(error?.code == .cancelled)
  }

  @Test("many at once get each its own answer")
  func parallel() async throws {
    let counts = try await withThrowingTaskGroup(of: (Int, String).self) { group in
      for count in 1...60 {
        let request = HTTPRequest("PUT", url("count"), body: .bytes([UInt8](repeating: 1, count: count * 1000)))
        group.addTask { (count, String(decoding: try await client.send(request).body, as: UTF8.self)) }
      }
      return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
    }
    #expect(counts.count == 60)
    #expect(counts.allSatisfy { $0.value == "\($0.key * 1000)" })
  }

  @Test("progress ends at what was sent and received")
  func progress() async throws {
    let last = Mutex((0, 0))
    _ = try await client.send(
      HTTPRequest("PUT", url("count"), body: .bytes([UInt8](repeating: 1, count: 100_000))),
      progress: { sent, received in last.withLock { $0 = (sent, received) } })
    #expect(last.withLock { $0 } == (100_000, 6))
  }
}
