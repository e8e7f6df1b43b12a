import Foundation
import Testing

@testable import Native

struct TarTests {
  static func archive(_ members: [(TarHeader, [UInt8])]) throws -> [UInt8] {
    final class Output {
      var bytes: [UInt8] = []
    }
    let output = Output()
    var writer = try TarWriter { output.bytes += $0 }
    for (header, content) in members {
      try writer.append(header)
      try content.withUnsafeBytes { try writer.write($0) }
    }
    try writer.finish()
    return output.bytes
  }

  static func read(
    _ archive: [UInt8], compressed: Bool = false, requiresEndMarker: Bool = true
  ) throws -> [(TarHeader, [UInt8])] {
    var rest = archive[...]
    var reader = try TarReader(compressed: compressed, requiresEndMarker: requiresEndMarker) {
      (buffer) throws(NativeError) in
      let part = rest.prefix(min(1000, buffer.count))
      buffer.copyBytes(from: part)
      rest = rest.dropFirst(part.count)
      return part.count
    }
    var members: [(TarHeader, [UInt8])] = []
    while let header = try reader.next() { members.append((header, try reader.readContent(limit: 1 << 20))) }
    return members
  }

  private static func file(_ path: [UInt8], _ content: [UInt8]) -> (TarHeader, [UInt8]) {
    (TarHeader(path: path, kind: .file(size: content.count), mode: 0o644), content)
  }

  private static func file(_ path: String, _ content: String = "") -> (TarHeader, [UInt8]) {
    file(Array(path.utf8), Array(content.utf8))
  }

  private func python(_ archive: [UInt8], _ script: String) throws -> String {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("imagesmith-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: file) }
    try Data(archive).write(to: file)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
    process.arguments = ["-c", script, file.path]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    return text
  }

  static let members: [(TarHeader, [UInt8])] = [
    (TarHeader(path: Array("d/".utf8), kind: .directory, mode: 0o1777, uid: 1, gid: 2, modified: 3), []),
    file("d/f", "content"),
    file(Array("d/latin-".utf8) + [0xe9], [1, 2, 3]),
    file("d/umläut"), file("d/umla\u{308}ut"),
    file(String(repeating: "long/", count: 60) + "name"),
    (TarHeader(path: Array("d/l".utf8), kind: .symlink(target: Array("../x".utf8) + [0xff]), mode: 0o777), []),
    (TarHeader(path: Array("d/h".utf8), kind: .hardlink(path: Array("d/f".utf8)), mode: 0o644), []),
    (TarHeader(path: Array("d/c".utf8), kind: .characterDevice(major: 5, minor: 300), mode: 0o600), []),
    (TarHeader(path: Array("d/b".utf8), kind: .blockDevice(major: 259, minor: 1), mode: 0o600), []),
    (TarHeader(path: Array("d/p".utf8), kind: .fifo, mode: 0o600), []),
    (
      TarHeader(
        path: Array("d/x".utf8), kind: .file(size: 0), mode: 0o4755, uid: 4_000_000_000, gid: 3_000_000,
        modified: 9_000_000_000,
        attributes: [
          ExtendedAttribute("security.capability", [1, 0, 0, 2, 10]), ExtendedAttribute("user.empty", []),
          ExtendedAttribute("user.text", Array("a=b\n".utf8)),
        ]), []
    ),
  ]

  @Test("members come back as they were written")
  func roundTrip() throws {
    let found = try Self.read(try Self.archive(Self.members))
    #expect(found.count == Self.members.count)
    for ((header, content), (expected, bytes)) in zip(found, Self.members) {
      var header = header
      // ustar leaves a hardlink's attributes to its file, and a link has no mode of its own.
      if case .hardlink = header.kind { header.mode = expected.mode }
      #expect(header == expected)
      #expect(content == bytes)
    }
  }

  @Test("Python's tarfile reads the same, and only pax keys that a layer should have")
  func tarfile() throws {
    let listing = try python(
      try Self.archive(Self.members),
      """
      import sys, tarfile
      with tarfile.open(sys.argv[1], errors="surrogateescape") as archive:
          for member in archive:
              print(ascii(member.name)[:20], member.type, oct(member.mode), member.uid, member.gid, int(member.mtime),
                    member.size, member.devmajor, member.devminor, ascii(member.linkname), sorted(member.pax_headers))
      """)
    #expect(
      listing == """
        'd' b'5' 0o1777 1 2 3 0 0 0 '' []
        'd/f' b'0' 0o644 0 0 0 7 0 0 '' []
        'd/latin-\\udce9' b'0' 0o644 0 0 0 3 0 0 '' ['hdrcharset', 'path']
        'd/uml\\xe4ut' b'0' 0o644 0 0 0 0 0 0 '' ['path']
        'd/umla\\u0308ut' b'0' 0o644 0 0 0 0 0 0 '' ['path']
        'long/long/long/long b'0' 0o644 0 0 0 0 0 0 '' ['path']
        'd/l' b'2' 0o777 0 0 0 0 0 0 '../x\\udcff' ['hdrcharset', 'linkpath']
        'd/h' b'1' 0o644 0 0 0 0 0 0 'd/f' []
        'd/c' b'3' 0o600 0 0 0 0 5 300 '' []
        'd/b' b'4' 0o600 0 0 0 0 259 1 '' []
        'd/p' b'6' 0o600 0 0 0 0 0 0 '' []
        'd/x' b'0' 0o4755 4000000000 3000000 9000000000 0 0 0 '' ['SCHILY.xattr.security.capability', 'SCHILY.xattr.user.empty', 'SCHILY.xattr.user.text', 'gid', 'mtime', 'uid']

        """)
  }

  @Test("an archive that breaks off is an error, wherever")
  func truncation() throws {
    let archive = try Self.archive([Self.file("a", "content"), Self.file("b", String(repeating: "x", count: 2000))])
    // Within a header, before and within content, before the padding's end, and before the end marker.
    for count in [300, 512, 515, 1024, 1300, 1536, 1700, 3000, 3536, 3584] {
      #expect(throws: NativeError.self, "\(count)") { try Self.read(Array(archive[..<count])) }
    }
    #expect(try Self.read(Array(archive[..<3584]), requiresEndMarker: false).count == 2)
    #expect(try Self.read(Array(archive[..<4096])).count == 2)
  }

  @Test("what is no archive is an error", arguments: [[], [UInt8](repeating: 65, count: 5000)])
  func garbage(bytes: [UInt8]) {
    #expect(throws: NativeError.self) { try Self.read(bytes) }
  }

  @Test("a file's content is as long as its header says")
  func contentLength() throws {
    #expect(throws: NativeError.self) {
      var writer = try TarWriter { _ in }
      try writer.append(TarHeader(path: [97], kind: .file(size: 3), mode: 0o644))
      try [UInt8](repeating: 1, count: 4).withUnsafeBytes { try writer.write($0) }
    }
    #expect(throws: NativeError.self) {
      var writer = try TarWriter { _ in }
      try writer.append(TarHeader(path: [97], kind: .file(size: 3), mode: 0o644))
      try writer.finish()
    }
  }

  @Test("a writer that is given up writes no end, which a reader notices")
  func givenUp() throws {
    final class Output {
      var bytes: [UInt8] = []
    }
    let output = Output()
    do {
      var writer = try TarWriter { output.bytes += $0 }
      try writer.append(TarHeader(path: [97], kind: .directory, mode: 0o755))
    }
    #expect(throws: NativeError.self) { try Self.read(output.bytes) }
  }

  @Test("errors of sink and source come through")
  func failures() throws {
    let broken = NativeError(operation: "pipe", reason: "broken", errno: 32)
    #expect(throws: broken) {
      var writer = try TarWriter { (_) throws(NativeError) in throw broken }
      try writer.append(TarHeader(path: [97], kind: .file(size: 1 << 20), mode: 0o644))
      try [UInt8](repeating: 1, count: 1 << 20).withUnsafeBytes { try writer.write($0) }
    }
    #expect(throws: broken) {
      var reader = try TarReader { (_) throws(NativeError) in throw broken }
      _ = try reader.next()
    }
  }

  @Test(
    "GNU's sparse members and compressed archives are read",
    arguments: ["-S -c", "-S --format=pax -c", "-S -cz", "-S -cJ"])
  func gnuTar(options: String) throws {
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent("imagesmith-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = [
      "-c",
      "cd \(directory.path) && truncate -s 900000 f && printf mid | dd of=f bs=1 seek=400000 conv=notrunc 2>/dev/null && tar \(options) -f a f",
    ]
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    let archive = [UInt8](try Data(contentsOf: directory.appendingPathComponent("a")))
    #expect(archive.count < 100_000)
    let members = try Self.read(archive, compressed: true)
    var expected = [UInt8](repeating: 0, count: 900_000)
    expected.replaceSubrange(400_000..<400_003, with: Array("mid".utf8))
    #expect(members.map(\.0.path) == [[102]])
    #expect(members.first?.1 == expected)
  }
}
