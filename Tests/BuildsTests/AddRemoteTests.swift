import Foundation
import Native
import OCI
import TestServers
import Testing

@testable import Builds

/// ADD of addresses, from a server on loopback.
@Suite(.enabled(if: geteuid() == 0, "files of root"))
struct AddRemoteTests {
  let folder: TemporaryFolder
  let server: PythonServer

  init() throws {
    folder = try TemporaryFolder()
    server = try PythonServer(CorpusCase.fixtures + "/remotes.py", [folder.path])
    try folder.write(["data.txt": "one", "with space": "x"])
  }

  private func requests() async throws -> [String] {
    let answer = try await HTTPClient().send(HTTPRequest("GET", server.url + "/log"))
    return String(decoding: answer.body, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  @Test("name, mode, owner and time; through a redirect; under another name; unpacked on request")
  func files() async throws {
    let tar = try Shell.run(["tar", "-C", folder.path, "-czf", folder.path + "/pack.tar.gz", "data.txt"])
    #expect(tar.code == 0)
    let made = try await Workbench().build(
      """
      FROM scratch
      ADD \(server.url)/files/data.txt?x=1#part /a/
      ADD --chown=5:6 --chmod=0644 \(server.url)/moved/data.txt /b
      ADD \(server.url)/plain/with%20space /c/
      ADD \(server.url)/files/pack.tar.gz /d/
      ADD --unpack \(server.url)/files/pack.tar.gz /e/
      ADD \(server.url)/files/data.txt \(server.url)/plain/data.txt /f/
      """)
    let status = try #require(try await made.status("/a/data.txt"))
    #expect((status.mode, status.uid, status.gid, status.modified.seconds) == (0o600, 0, 0, 1_000_000_000))
    #expect(try await made.text("/a/data.txt") == "one")
    #expect(try await made.status("/b")?.uid == 5)
    #expect(try await made.status("/b")?.mode == 0o644)
    #expect(try await made.text("/c/with space") == "x")
    #expect(try await made.status("/d/pack.tar.gz") != nil)
    #expect(try await made.text("/e/data.txt") == "one")
    #expect(try await made.text("/f/data.txt") == "one")
  }

  @Test("what a server names by an ETag is fetched again only when it has changed")
  func conditional() async throws {
    let bench = try Workbench()
    let file = "FROM scratch\nADD \(server.url)/files/data.txt /x\n"
    let first = try await bench.build(file)
    let second = try await bench.build(file)
    #expect(second.cached.contains(2) && second.image == first.image)
    #expect(try await requests() == ["GET /files/data.txt 200", "GET /files/data.txt 304"])
    try folder.write(["data.txt": "two"])
    let third = try await bench.build(file)
    #expect(try await third.text("/x") == "two")
  }

  @Test("a checksum: right, and then not asked for again; wrong; of another kind; of several")
  func checksum() async throws {
    let bench = try Workbench(["local": ""])
    let right = "sha256:" + (try SHA256.hash(Array("one".utf8)).hexadecimal)
    let line = "ADD --checksum=\(right) \(server.url)/plain/data.txt /x"
    _ = try await bench.build("FROM scratch\n\(line)\n")
    #expect(try await bench.build("FROM scratch\n\(line)\n").cached.contains(2))
    #expect(try await requests() == ["GET /plain/data.txt 200"])

    let wrong = "sha256:" + String(repeating: "0", count: 64)
    let error = try await bench.failure("FROM scratch\nADD --checksum=\(wrong) \(server.url)/plain/data.txt /x\n")
    #expect(error.code == .input && error.message.contains("--checksum says \(wrong)"))
    for (options, word) in [
      ("--checksum=sha1:00 \(server.url)/plain/data.txt", "no digest"),
      ("--checksum=\(right) \(server.url)/plain/data.txt local", "one address"),
      ("--checksum=\(right) local", "one address"),
    ] {
      let error = try await bench.failure("FROM scratch\nADD \(options) /x/\n")
      #expect(error.code == .input && error.message.contains(word), "\(error.message)")
    }
  }

  @Test(
    "what cannot be had",
    arguments: [
      ("/files/none", "answers with status 404"), ("/circle", "leads to more than"), ("/away", "leads to plain HTTP"),
    ])
  func refused(path: String, reason: String) async throws {
    // A server on this machine may lead to TLS, and to itself; nothing here leads back from TLS.
    let error = try await Workbench().failure("FROM scratch\nADD \(server.url)\(path) /x\n")
    #expect(error.code == .remote && error.message.contains(reason), "\(error.message)")
    #expect(error.message.hasPrefix("Dockerfile:2:1: "))
  }

  @Test("plain HTTP is for this machine, and for what a checksum says; COPY fetches nothing; no name is shown")
  func plainHTTP() async throws {
    let bench = try Workbench()
    let error = try await bench.failure("FROM scratch\nADD http://user:word@elsewhere.invalid/x /x\n")
    #expect(error.message.contains("http://***@elsewhere.invalid/x is fetched over plain HTTP"))
    let copy = try await bench.failure("FROM scratch\nCOPY \(server.url)/files/data.txt /x\n")
    #expect(copy.message.contains("COPY does not fetch"))
  }

  @Test("a server that is not there")
  func nobody() async throws {
    server.stop()
    let error = try await Workbench().failure("FROM scratch\nADD http://127.0.0.1:1/x /x\n")
    #expect(error.code == .remote && error.message.contains("cannot be fetched"))
  }

  @Test(
    "the names that addresses give",
    arguments: [
      ("https://h/a/b.txt", "b.txt"), ("https://h/a/b/", "b"), ("https://h", "__unnamed__"),
      ("https://h/?q=/x", "__unnamed__"),
      ("https://h/a%2Fb", "b"), ("https://h/..", "__unnamed__"), ("https://h/%zz", "%zz"),
      ("https://h/a%00b", "__unnamed__"),
    ])
  func names(address: String, name: String) throws {
    #expect(try RemoteAddress(address)?.fileName == Array(name.utf8))
  }
}
