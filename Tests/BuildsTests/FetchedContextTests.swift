import Foundation
import Glibc
import Layers
import Native
import Testing

@testable import Builds

/// A build context that comes as a tar, from friends and from others.
struct FetchedContextTests {
  private let folder: TemporaryFolder
  private let cache: BuildCache

  init() throws {
    folder = try TemporaryFolder()
    cache = try BuildCache(directory: folder.path + "/cache")
  }

  private func unpack(_ bytes: [UInt8], limit: Int = LayerExtractor.defaultLimit) throws -> FetchedContext {
    var rest = bytes[...]
    return try FetchedContext(cache: cache, limit: limit) { (buffer) throws(NativeError) in
      let piece = rest.prefix(min(buffer.count, 1000))
      buffer.copyBytes(from: piece)
      rest = rest.dropFirst(piece.count)
      return piece.count
    }
  }

  private func tar(_ members: [(TarHeader, String)]) throws -> [UInt8] {
    var bytes: [UInt8] = []
    var writer = try TarWriter { (piece) throws(NativeError) in bytes += piece }
    for (header, content) in members {
      try writer.append(header)
      if case .file = header.kind { try Array(content.utf8).withUnsafeBytes { try writer.write($0) } }
    }
    try writer.finish()
    return bytes
  }

  private func file(_ path: String, _ content: String, mode: UInt32 = 0o644) -> (TarHeader, String) {
    (TarHeader(path: Array(path.utf8), kind: .file(size: content.utf8.count), mode: mode, modified: 77), content)
  }

  private func other(_ path: String, _ kind: TarHeader.Kind, mode: UInt32 = 0o755) -> (TarHeader, String) {
    (TarHeader(path: Array(path.utf8), kind: kind, mode: mode, modified: 55), "")
  }

  private func text(_ archive: FetchedContext, _ path: String) throws -> String? {
    try archive.read(path).map { String(decoding: $0, as: UTF8.self) }
  }

  @Test("files, folders, links, modes and times")
  func content() throws {
    let archive = try unpack(
      tar([
        other("./", .directory), other("./sub", .directory, mode: 0o500), file("./sub/a", "A", mode: 0o4755),
        file("no/parent/b", "B"), other("link", .symlink(target: Array("sub/a".utf8))),
        other("hard", .hardlink(path: Array("./sub/a".utf8))), file("sub/a2", "old"), file("sub/a2", "new"),
      ]))
    let context = try archive.context(dockerfile: "Dockerfile")
    #expect(try text(archive, "link") == "A")
    #expect(try text(archive, "no/parent/b") == "B")
    #expect(try text(archive, "sub/a2") == "new")
    #expect(try text(archive, "nothing/here") == nil)
    func status(_ path: String) throws -> FileStatus {
      try #require(try FileStatus.of(Array("\(context.directory)/\(path)".utf8)))
    }
    #expect(try status("sub").mode == 0o500)
    #expect(try status("sub").modified.seconds == 55)
    #expect(try status("sub/a").mode == 0o4755)
    #expect(try status("sub/a").modified.seconds == 77)
    #expect(try status("sub/a").inode == status("hard").inode)
  }

  @Test("what compressors have made of it", arguments: ["gzip", "bzip2", "xz", "zstd"])
  func compressed(program: String) throws {
    try folder.write(["c/Dockerfile": "FROM scratch\n"])
    let made = try Shell.run(["sh", "-c", "tar -c -C c . | \(program) > c.tar"], in: folder.path)
    #expect(made.code == 0, "\(made.output)")
    let archive = try unpack(Array(Data(contentsOf: URL(filePath: folder.path + "/c.tar"))))
    #expect(try text(archive, "Dockerfile") == "FROM scratch\n")
  }

  @Test("the Dockerfile's own .dockerignore counts before the folder's")
  func ignore() throws {
    let archive = try unpack(
      tar([file(".dockerignore", "a\n"), file("deep/File.dockerignore", "b\n"), file("a", ""), file("b", "")]))
    #expect(try archive.context(dockerfile: "deep/File").ignore?.matches("b") == true)
    #expect(try archive.context(dockerfile: "deep/File").ignore?.matches("a") == false)
    #expect(try archive.context(dockerfile: "Dockerfile").ignore?.matches("a") == true)
  }

  @Test("nothing is written or read outside")
  func hostile() throws {
    try folder.write(["outside/secret": "secret"])
    let outside = "\(folder.path)/outside"
    for members in [
      [file("../out", "x")], [file("a/../../out", "x")],
      [other("hard", .hardlink(path: Array("../../../outside/secret".utf8)))],
      [other("device", .characterDevice(major: 1, minor: 3))], [other("pipe", .fifo)],
    ] {
      let error = #expect(throws: BuildError.self) { try unpack(tar(members)) }
      #expect(error?.code == .input)
      #expect(error?.hint != nil)
    }
    // A link that leads out leads to its own root.
    let archive = try? unpack(
      tar([
        other("up", .symlink(target: Array(outside.utf8))), file("up/new", "x"),
        other("read", .symlink(target: Array("\(outside)/secret".utf8))),
      ]))
    #expect(try FileManager.default.contentsOfDirectory(atPath: outside) == ["secret"])
    if let archive { #expect(try archive.read("read") == nil) }
  }

  @Test("one that is too large, cut short, or no tar at all")
  func damaged() throws {
    let whole = try tar([file("a", String(repeating: "x", count: 5000)), file("b", "y")])
    for (bytes, limit) in [
      (whole, 5000), (Array(whole.prefix(3000)), 1 << 20), (Array("FROM scratch\n".utf8), 1 << 20),
      ([0x1F, 0x8B, 8, 0, 1, 2, 3], 1 << 20),
    ] {
      let error = #expect(throws: BuildError.self) { try unpack(bytes, limit: limit) }
      #expect(error?.code == .input)
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/cache/work").isEmpty)
  }

  @Test("a tar is known by how it begins")
  func archives() {
    #expect(FetchedContext.isArchive([0x1F, 0x8B, 8, 0]))
    #expect(FetchedContext.isArchive([UInt8](repeating: 0, count: 257) + Array("ustar\u{0}00".utf8)))
    #expect(!FetchedContext.isArchive(Array("FROM scratch\n".utf8)))
    #expect(!FetchedContext.isArchive([]))
  }

  @Test(
    "addresses and what is none",
    arguments: [
      ("https://host/x.tar", true), ("http://127.0.0.1/x", true), ("git@host:team/x", true),
      ("github.com/team/x#main:sub", true), ("git://host/x", true), ("ssh://git@host/x", true), (".", false),
      ("folder", false), ("/folder.git", false), ("c:/x", false),
    ])
  func addresses(text: String, isAddress: Bool) {
    #expect(FetchedContext.isAddress(text) == isAddress)
  }

  @Test("the folder goes away with the context")
  func lifetime() throws {
    var context: BuildContext? = try unpack(tar([file("a", "x")])).context(dockerfile: "Dockerfile")
    let directory = try #require(context).directory
    #expect(access(directory + "/a", F_OK) == 0)
    context = nil
    #expect(access(directory, F_OK) != 0)
  }
}
