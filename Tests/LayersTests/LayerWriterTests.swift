import Native
import OCI
import TestShell
import Testing

@testable import Layers

struct LayerWriterTests {
  private func write(
    _ entries: [LayerEntry], _ compression: Compression = .zstd(level: 3), epoch: Int = 2_000_000_000, threads: Int = 2,
    _ store: BlobStore
  ) throws -> Layer {
    var writer = try LayerWriter(into: store, compression: compression, epoch: epoch, threads: threads)
    for entry in entries { try writer.append(entry) }
    return try writer.finish()
  }

  @Test(
    "the same tree is the same blob, by any walk and with any number of threads",
    arguments: [
      Compression.none, .gzip(level: 6), .zstd(level: 3),
    ])
  func determinism(compression: Compression) throws {
    let directory = try TemporaryDirectory()
    try RoundTripTests.makeTree(at: directory("one"))
    // A copy has other inodes, and its directories another order.
    try Shell.run("cp -a '\(directory("one"))' '\(directory("two"))'")
    let store = try directory.blobs()
    let first = try write(TreeWalker(root: directory("one")).entries(), compression, threads: 1, store)
    let second = try write(
      LayerEntry.inLayerOrder(TreeWalker(root: directory("two")).entries().shuffled()), compression, threads: 3, store)
    // Which name of a file comes first is the order's, not the walk's.
    #expect(second == first)
    #expect(first.descriptor.mediaType == compression.mediaType)
    #expect(try store.size(of: first.descriptor.digest) == first.descriptor.size)
    #expect(try store.digests() == [first.descriptor.digest])
  }

  @Test("GNU tar and Python list the whole tree with its attributes, and nothing of the host's")
  func peers() throws {
    let directory = try TemporaryDirectory()
    try RoundTripTests.makeTree(at: directory("tree"))
    let store = try directory.blobs()
    let layer = try write(TreeWalker(root: directory("tree")).entries(), .none, store)
    let blob = store.path(of: layer.descriptor.digest)
    try Shell.run(
      "mkdir '\(directory("gnu"))' && tar -C '\(directory("gnu"))' --xattrs --xattrs-include='*' -xpf '\(blob)' 2>&1")
    #expect(try TreeListing.of(directory("gnu")) == TreeListing.of(directory("tree")))
    let keys = try Shell.run(
      """
      python3 - '\(blob)' <<'PYTHON'
      import sys, tarfile
      archive = tarfile.open(sys.argv[1])
      members = archive.getmembers()
      assert not any(member.uname or member.gname for member in members)
      assert not any(member.issparse() for member in members)
      print(*sorted({key for member in members for key in member.pax_headers}))
      PYTHON
      """)
    #expect(
      keys
        == "SCHILY.xattr.security.capability SCHILY.xattr.trusted.note SCHILY.xattr.user.note gid hdrcharset path uid\n"
    )
  }

  @Test("times are clamped, whole seconds, and never before 1970")
  func times() throws {
    let directory = try TemporaryDirectory()
    let store = try directory.blobs()
    var entries = [Fixture.file("a"), Fixture.file("b"), Fixture.file("c")]
    entries[0].modified = 99
    entries[1].modified = 101
    entries[2].modified = -5
    let layer = try write(entries + [LayerEntry(path: Fixture.path("w"), kind: .whiteout)], .none, epoch: 100, store)
    let times = try Shell.run("tar --full-time --utc -tvf '\(store.path(of: layer.descriptor.digest))'")
    #expect(
      times.split(separator: "\n").map { $0.suffix(24).split(separator: " ").suffix(2).joined(separator: " ") } == [
        "00:01:39 a", "00:01:40 b", "00:00:00 c", "00:01:40 .wh.w",
      ])
  }

  @Test("whiteouts come first in their directory, the opaque marker before them")
  func order() throws {
    let directory = try TemporaryDirectory()
    let store = try directory.blobs()
    let entries = LayerEntry.inLayerOrder([
      Fixture.file("d/z"), LayerEntry(path: Fixture.path("d/y"), kind: .whiteout), Fixture.directory("d-e"),
      Fixture.directory("d"), LayerEntry(path: Fixture.path("d"), kind: .opaque), Fixture.directory("d/a"),
      Fixture.file("d/a/f", "first"), Fixture.file("d/a/f", "second"),
      LayerEntry(path: Fixture.path("d/a/w"), kind: .whiteout), LayerEntry(path: Fixture.path("x"), kind: .whiteout),
    ])
    let layer = try write(entries, .none, store)
    #expect(
      try Shell.run("tar -tf '\(store.path(of: layer.descriptor.digest))'")
        == ".wh.x\nd/\nd/.wh..wh..opq\nd/.wh.y\nd/a/\nd/a/.wh.w\nd/a/f\nd/z\nd-e/\n")
    #expect(try Shell.run("tar -xOf '\(store.path(of: layer.descriptor.digest))' d/a/f") == "second")
  }

  @Test("names that would be taken for removals are refused", arguments: [".wh.x", "d/.wh..wh..opq", ".wh."])
  func reservedNames(name: String) throws {
    let directory = try TemporaryDirectory()
    var writer = try LayerWriter(into: directory.blobs(), epoch: 0)
    let error = #expect(throws: LayerError.self) { try writer.append(Fixture.file(name)) }
    #expect(error?.code == .invalid)
  }

  @Test(
    "a file that grows or shrinks while it is read is an error that names it, also one that is read ahead",
    arguments: [0, 300])
  func changedFile(others: Int) throws {
    let directory = try TemporaryDirectory()
    // Files of /proc say that they are empty and are not.
    let odd = LayerEntry(path: Fixture.path("f"), kind: .file(.path(Array("/proc/self/status".utf8))))
    let entries = [odd] + (0..<others).map { Fixture.file("g\($0)") }
    let error = #expect(throws: LayerError.self) { _ = try write(entries, .gzip(level: 1), directory.blobs()) }
    #expect(error?.code == .changed)
    #expect(error?.message.contains("/proc/self/status") ?? false)
  }

  @Test(
    "a missing file, a link where a file should be, and a directory are errors", arguments: ["none", "link", "folder"],
    [0, 300])
  func wrongSources(name: String, others: Int) throws {
    let directory = try TemporaryDirectory()
    try Shell.run("cd '\(directory.path)' && ln -s /etc/passwd link && mkdir folder")
    let entry = LayerEntry(path: Fixture.path("f"), kind: .file(.path(Array(directory(name).utf8))))
    let entries = [entry] + (0..<others).map { Fixture.file("g\($0)") }
    #expect(throws: LayerError.self) { _ = try write(entries, .gzip(level: 1), directory.blobs()) }
    #expect(try Shell.run("find '\(directory.path)' -type f") == "")
  }

  @Test("files that are read ahead are those of GNU tar, byte for byte, between large and empty ones")
  func readAhead() throws {
    let directory = try TemporaryDirectory()
    try Shell.run(
      """
      mkdir '\(directory("tree"))' && cd '\(directory("tree"))'
      for i in $(seq 1000 1700); do head -c $((i * 7 % 9000)) /dev/urandom > f$i; done
      head -c 65536 /dev/urandom > f1100; head -c 65537 /dev/urandom > f1200; head -c 3000000 /dev/urandom > f1300
      : > f1400; for i in $(seq 1500 1520); do head -c 60000 /dev/urandom > f$i; done
      """)
    let store = try directory.blobs()
    let layer = try write(TreeWalker(root: directory("tree")).entries(), .gzip(level: 1), store)
    try Shell.run(
      "mkdir '\(directory("out"))' && tar -C '\(directory("out"))' -xpzf '\(store.path(of: layer.descriptor.digest))'")
    #expect(try Shell.run("diff -r '\(directory("tree"))' '\(directory("out"))'") == "")
  }

  @Test("a layer that is given up leaves nothing in the store")
  func givenUp() throws {
    let directory = try TemporaryDirectory()
    let store = try directory.blobs()
    do {
      var writer = try LayerWriter(into: store, epoch: 0)
      try writer.append(Fixture.file("f", "content"))
    }
    #expect(try Shell.run("find '\(store.directory)' -type f") == "")
  }

  @Test(
    "a full disk is one clear error, and leaves nothing",
    arguments: [
      Compression.none, .gzip(level: 1), .zstd(level: 1),
    ])
  func fullDisk(compression: Compression) throws {
    let directory = try TemporaryDirectory()
    try Shell.run("mkdir '\(directory("disk"))' && mount -t tmpfs -o size=3m tmpfs '\(directory("disk"))'")
    defer { _ = try? Shell.run("umount '\(directory("disk"))'") }
    try Shell.run("head -c 20000000 /dev/urandom > '\(directory("random"))'")
    let store = try directory.blobs("disk/store")
    let entry = LayerEntry(path: Fixture.path("f"), kind: .file(.path(Array(directory("random").utf8))))
    let error = #expect(throws: LayerError.self) { try write([entry], compression, store) }
    #expect(error?.code == .noSpace)
    #expect(error?.message.hasPrefix("no room left: write \(directory("disk"))") ?? false)
    #expect(try Shell.run("find '\(store.directory)' -type f") == "")

    let small = try write([Fixture.file("f", String(repeating: "x", count: 5_000_000))], .zstd(level: 3), store)
    let snapshots = try SnapshotStore(directory: directory("disk/cache"))
    let unpacking = #expect(throws: LayerError.self) { try snapshots.directory(for: small, from: store) }
    #expect(unpacking?.code == .noSpace)
    #expect(try Shell.run("find '\(directory("disk/cache/snapshots/sha256"))' -mindepth 1") == "")
  }

  @Test("the giants of holes that login records become are written empty, with a notice; other holes are zeros")
  func giants() throws {
    let directory = try TemporaryDirectory()
    try Shell.run(
      "mkdir -p '\(directory("tree/var/log"))' && cd '\(directory("tree/var/log"))' && truncate -s 900G lastlog && truncate -s 3M other"
    )
    let notices = NoticeBox()
    let entries = try TreeWalker(root: directory("tree"), notice: { notices.add($0) }).entries()
    let store = try directory.blobs()
    let layer = try write(entries, .none, store)
    #expect(notices.all.count == 1 && notices.all[0].contains("/var/log/lastlog"))
    let listing = try Shell.run("tar -tvf '\(store.path(of: layer.descriptor.digest))' | awk '{print $3, $6}'")
    #expect(listing == "0 var/\n0 var/log/\n0 var/log/lastlog\n3145728 var/log/other\n")
  }
}
