import Foundation
import Layers
import Testing

@testable import Builds

/// ADD of archives that are no good, or want to lead elsewhere.
@Suite(.enabled(if: geteuid() == 0, "files of root"))
struct AddArchiveTests {
  private func bench() throws -> Workbench {
    let bench = try Workbench()
    let made = try Shell.run(["python3", CorpusCase.fixtures + "/hostile-archives.py", bench.context])
    try #require(made.code == 0, "\(made.output)")
    return bench
  }

  @Test(
    "what is refused",
    arguments: [
      ("climbs", "../../out leads out of it"), ("link-up", "leads out of /x by a link"), ("circle", "too many links"),
      ("through-file", "leads through a file"), ("hardlink-out", "etc/passwd leads out of it"),
      ("hardlink-missing", "is a link to /none"), ("cut", "cannot be unpacked"),
    ])
  func refused(name: String, reason: String) async throws {
    let bench = try bench()
    let error = try await bench.failure("FROM scratch\nADD \(name).tar /x/\n")
    #expect(error.code == .input && error.message.contains(reason), "\(error.message)")
    #expect(error.message.contains("the archive \(name).tar"))
    #expect(try bench.isClean)
    // As it is, it is a file like others.
    #expect(try await bench.build("FROM scratch\nADD --unpack=false \(name).tar /x/\n").status("/x/\(name).tar") != nil)
  }

  @Test("names with dots and slashes, and absolute links, stay inside")
  func inside() async throws {
    let made = try await bench().build("FROM localhost/tiny\nADD inside.tar link-absolute.tar /x/\n")
    #expect(try await made.text("/x/b/c") == "x")
    #expect(try await made.text("/x/abs") == "y")
    #expect(try await made.text("/x/etc/file") == "x")
    #expect(try await made.status("/etc/file") == nil)
  }

  @Test("names of one file, whichever comes first in the layer, and of a file of the tree below")
  func hardlinks() async throws {
    let made = try await bench().build(
      "FROM localhost/tiny\nRUN mkdir /x && echo old > /x/old\nADD hardlink-order.tar hardlink-below.tar /x/\n")
    let inode = try await made.status("/x/z")?.inode
    #expect(try await made.status("/x/a")?.inode == inode)
    #expect(try await made.status("/x/m")?.inode == inode)
    #expect(try await made.text("/x/m") == "text")
    #expect(try await made.text("/x/new") == "old\n")
  }

  @Test("a member takes the place of what is there: of a folder, of a file, of a link, which is not followed")
  func replacing() async throws {
    let made = try await bench().build(
      "FROM localhost/tiny\nRUN mkdir -p /x/x/old && echo kept > /kept && ln -s /kept /x/l\nADD replaces.tar /x\n")
    #expect(try await made.text("/x/x") == "2")
    #expect(try await made.text("/x/y/in") == "3")
    #expect(try await made.text("/x/l") == "plain")
    #expect(try await made.text("/kept") == "kept\n")
  }

  @Test("devices and fifos are left out; a name that layers keep for themselves is refused")
  func special() async throws {
    let bench = try bench()
    let made = try await bench.build("FROM scratch\nADD devices.tar /x/\n")
    #expect(try made.lastLayer() == ["/x", "/x/file"])
    let error = try await bench.failure("FROM scratch\nADD whiteout.tar /x/\n")
    #expect(error.message.contains(".wh."))
  }

  @Test("archives with bytes changed at random: refused or unpacked, and nothing outside", arguments: [1, 2, 3, 4])
  func mutated(seed: UInt64) throws {
    let bench = try bench()
    var state = seed
    // xorshift64
    func next(_ limit: Int) -> Int {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return Int(state % UInt64(limit))
    }
    let names = ["link-absolute", "hardlink-order", "replaces", "inside", "devices"]
    let seeds = try names.map { Array(try Data(contentsOf: URL(filePath: "\(bench.context)/\($0).tar"))) }
    let target = try #require(LayerPath("x"))
    var unpacked = 0
    for round in 0..<300 {
      var bytes = seeds[round % seeds.count]
      for _ in 0...next(6) { bytes[next(bytes.count)] = UInt8(next(256)) }
      if next(5) == 0 { bytes.removeLast(next(bytes.count)) }
      if next(3) == 0 { repairChecksums(of: &bytes) }
      let file = bench.folder.path + "/mutated"
      try Data(bytes).write(to: URL(filePath: file))
      let spool = "\(bench.folder.path)/spool-\(round)"
      try FileManager.default.createDirectory(atPath: spool, withIntermediateDirectories: false)
      var layer = CopyLayer(below: nil, owner: .root)
      let archive = AddedArchive(file: Array(file.utf8), name: "mutated", spool: spool)
      do {
        guard try AddedArchive.isArchive(archive.file) else { continue }
        try archive.unpack(into: &layer, at: target, owner: nil)
        unpacked += 1
      } catch let error as BuildError {
        #expect(error.code == .input)
      }
      #expect(layer.entries.allSatisfy { $0.path.isWithin(target) })
    }
    #expect(unpacked > 20)
  }

  /// Makes the headers of 512 bytes right again, so that what is changed in them gets further.
  private func repairChecksums(of bytes: inout [UInt8]) {
    for start in stride(from: 0, to: bytes.count - 511, by: 512)
    where bytes[start + 257..<start + 262].elementsEqual("ustar".utf8) {
      for index in start + 148..<start + 156 { bytes[index] = UInt8(ascii: " ") }
      let sum = String(bytes[start..<start + 512].reduce(0) { $0 + Int($1) }, radix: 8)
      let text = Array((String(repeating: "0", count: 6 - sum.count) + sum).utf8)
      bytes.replaceSubrange(start + 148..<start + 154, with: text)
      bytes[start + 154] = 0
    }
  }
}
