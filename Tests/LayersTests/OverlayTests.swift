import Native
import OCI
import TestShell
import Testing

@testable import Layers

/// Layers as overlayfs shows them, by real mounts.
struct OverlayTests {
  /// Mounts `lower`, the lowest first, while `body` runs.
  private func withOverlay<Value>(
    _ lower: [String], upper: String? = nil, in directory: TemporaryDirectory, _ body: (String) throws -> Value
  ) throws -> Value {
    let mount = directory("mount")
    let folders = upper.map { ",upperdir=\($0),workdir=\(directory("work"))" } ?? ""
    try Shell.run(
      """
      mkdir -p '\(mount)' '\(directory("work"))' '\(directory("none"))' \(upper.map { "'\($0)'" } ?? "")
      mount -t overlay overlay -o redirect_dir=off,metacopy=off,index=off,lowerdir=\
      \(([directory("none")] + lower).reversed().joined(separator: ":"))\(folders) '\(mount)'
      """)
    defer { _ = try? Shell.run("umount '\(mount)'") }
    return try body(mount)
  }

  private func write(_ entries: [LayerEntry], _ store: BlobStore) throws -> Layer {
    var writer = try LayerWriter(into: store, compression: .none, epoch: 2_000_000_000)
    for entry in entries { try writer.append(entry) }
    return try writer.finish()
  }

  @Test("unpacked layers mounted as an overlay are the layers applied one upon another", arguments: 1...25)
  func overlayIsFlat(seed: Int) throws {
    let directory = try TemporaryDirectory()
    let store = try directory.blobs()
    let snapshots = try SnapshotStore(directory: directory("cache"))
    var lower: [String] = []
    var model = LayerModel(seed: UInt64(seed))
    try makeDirectories(directory("flat"))
    for _ in 0..<4 {
      let layer = try write(model.nextLayer(), store)
      lower.append(try snapshots.directory(for: layer, from: store, over: lower))
      _ = try LayerExtractor(form: .flat).apply(layer.descriptor, from: store, onto: directory("flat"))
    }
    let flat = try TreeListing.of(directory("flat"), times: false)
    try withOverlay(lower, in: directory) { mount in
      #expect(try TreeListing.of(mount, times: false) == flat)
      try expectView(TreeView(lower), shows: mount)
    }
  }

  /// Compares what the view says of every path with the mounted tree.
  private func expectView(_ view: TreeView, shows mount: String) throws {
    var pending: [LayerPath] = [.root]
    while let path = pending.popLast() {
      let names = try #require(try view.names(in: path))
      let mounted = try FileDescriptor.open("\(mount)\(path)", 0).names()
      #expect(names == mounted, "\(path)")
      for name in names {
        let child = path.appending(name)
        let node = try #require(try view.node(at: child))
        let status = try #require(try FileStatus.of(Array("\(mount)\(child)".utf8)))
        #expect(node.status.kind == status.kind && node.status.mode == status.mode && node.status.uid == status.uid)
        if node.status.kind == .directory { pending.append(child) }
      }
      for name in ["a", "b", "c", "d"].map({ Array($0.utf8) }) where !names.contains(name) {
        #expect(try view.node(at: path.appending(name)) == nil)
      }
    }
  }

  @Test("what a command changes in an overlay is the layer, and the layer unpacked shows the same tree")
  func upperDirectory() throws {
    let directory = try TemporaryDirectory()
    let store = try directory.blobs()
    let snapshots = try SnapshotStore(directory: directory("cache"))
    let base = try write(
      [
        Fixture.directory("etc"), Fixture.file("etc/kept", "k"), Fixture.file("etc/removed"),
        Fixture.file("etc/edited", "before"), Fixture.directory("replaced"), Fixture.file("replaced/old"),
        Fixture.directory("gone"), Fixture.file("gone/f"), Fixture.directory("mode"), Fixture.file("becomes-directory"),
        Fixture.directory("becomes-file"), Fixture.file("becomes-file/f"),
      ], store)
    let lower = try snapshots.directory(for: base, from: store)
    let upper = directory("upper")
    let expected = try withOverlay([lower], upper: upper, in: directory) { mount in
      try Shell.run(
        """
        cd '\(mount)'
        rm etc/removed && printf after > etc/edited && rm -r gone && chmod 2700 mode
        rm -r replaced && mkdir replaced && printf n > replaced/new && ln replaced/new replaced/again
        rm becomes-directory && mkdir becomes-directory && touch becomes-directory/f
        rm -r becomes-file && touch becomes-file
        mkdir -p new/deep && printf x > new/deep/f && ln -s /x new/l && mkfifo new/p
        python3 -c "import socket; socket.socket(socket.AF_UNIX).bind('new/socket')"
        touch etc/resolv.conf && mkdir -p proc && setfattr -n user.a -v b etc/kept
        setfacl -m u:7:r etc/kept
        """)
      return try TreeListing.of(mount)
    }
    let left: Set<LayerPath> = [Fixture.path("etc/resolv.conf"), Fixture.path("proc")]
    let walker = TreeWalker(root: upper, form: .overlay(.trusted), excluding: left)
    let entries = try walker.entries()
    #expect(
      entries.map { "\($0.path) \(Self.name(of: $0.kind))" } == [
        "/gone whiteout", "/becomes-directory directory", "/becomes-directory opaque", "/becomes-directory/f file",
        "/becomes-file file", "/etc directory", "/etc/removed whiteout", "/etc/edited file", "/etc/kept file",
        "/mode directory", "/new directory", "/new/deep directory", "/new/deep/f file", "/new/l symlink", "/new/p fifo",
        "/replaced directory", "/replaced opaque", "/replaced/again file", "/replaced/new hardlink",
      ])
    #expect(entries == LayerEntry.inLayerOrder(entries))
    let layer = try write(entries, store)
    let listing = expected.split(separator: "\n").filter {
      !$0.hasPrefix("etc/resolv.conf") && !$0.hasPrefix("proc") && !$0.hasPrefix("new/socket")
    }
    let unpacked = try snapshots.directory(for: layer, from: store, over: [lower])
    try withOverlay([lower, unpacked], in: directory) { mount in
      let shown = try TreeListing.of(mount).split(separator: "\n")
      #expect(shown == listing)
    }
    try LayerExtractor.removeDirectory(directory("cache/snapshots/sha256/\(layer.diffID.digest.hex)"))
    let adopted = try snapshots.adopt(upper, as: layer.diffID, epoch: 2_000_000_000, removing: left)
    #expect(adopted == unpacked)
    try withOverlay([lower, adopted], in: directory) { mount in
      let shown = try TreeListing.of(mount).split(separator: "\n")
      #expect(shown == listing)
    }
    let again = try write(TreeWalker(root: adopted, form: .overlay(.trusted)).entries(), store)
    #expect(again == layer)
  }

  private static func name(of kind: LayerEntry.Kind) -> String {
    switch kind {
    case .directory: "directory"
    case .file: "file"
    case .symlink: "symlink"
    case .hardlink: "hardlink"
    case .characterDevice, .blockDevice: "device"
    case .fifo: "fifo"
    case .whiteout: "whiteout"
    case .opaque: "opaque"
    }
  }

  @Test("a layer without its parents gets them from below, and is kept for that base alone")
  func missingParents() throws {
    let directory = try TemporaryDirectory()
    let store = try directory.blobs()
    let snapshots = try SnapshotStore(directory: directory("cache"))
    let base = try write(
      [
        LayerEntry(path: Fixture.path("tmp"), kind: .directory, mode: 0o1777, uid: 3, gid: 4, modified: 77),
        Fixture.file("tmp/linked", "content", mode: 0o4755),
        LayerEntry(path: Fixture.path("lib"), kind: .symlink(target: Array("usr/lib".utf8))),
        Fixture.directory("usr"), Fixture.directory("usr/lib", mode: 0o711),
      ], store)
    let layer = try write(
      [
        Fixture.file("lib/through"), LayerEntry(path: Fixture.path("lib/w"), kind: .whiteout), Fixture.file("tmp/new"),
        LayerEntry(path: Fixture.path("tmp/hard"), kind: .hardlink(to: Fixture.path("tmp/linked"))),
        Fixture.file("fresh/parent/f"), LayerEntry(path: Fixture.path("nowhere/w"), kind: .whiteout),
      ], store)
    let lower = try snapshots.directory(for: base, from: store)
    let upon = try snapshots.directory(for: layer, from: store, over: [lower])
    let listing = try TreeListing.of(upon).split(separator: "\n").map {
      $0.split(separator: " ").prefix(4).joined(separator: " ")
    }
    #expect(
      listing == [
        "fresh 0o40755 0 0", "fresh/parent 0o40755 0 0", "fresh/parent/f 0o100644 0 0", "tmp 0o41777 3 4",
        "tmp/hard 0o104755 0 0", "tmp/new 0o100644 0 0", "usr 0o40755 0 0", "usr/lib 0o40711 0 0",
        "usr/lib/through 0o100644 0 0", "usr/lib/w 0o20000 0 0",
      ])
    #expect(snapshots.existing(layer.diffID) == nil)
    #expect(try snapshots.directory(for: layer, from: store, over: [lower]) == upon)
    let elsewhere = try snapshots.directory(
      for: write([Fixture.directory("tmp"), Fixture.file("tmp/linked")], store), from: store)
    #expect(try snapshots.directory(for: layer, from: store, over: [elsewhere]) != upon)
    let error = #expect(throws: LayerError.self) { try snapshots.directory(for: layer, from: store) }
    #expect(error?.code == .corrupt)
  }

  @Test("marks whose content is elsewhere are refused")
  func redirect() throws {
    let directory = try TemporaryDirectory()
    try Shell.run(
      "mkdir -p '\(directory("up/d"))' && setfattr -n trusted.overlay.redirect -v /x '\(directory("up/d"))'")
    let error = #expect(throws: LayerError.self) {
      try TreeWalker(root: directory("up"), form: .overlay(.trusted)).entries()
    }
    #expect(error?.code == .invalid)
    #expect(error?.message.contains("/d has trusted.overlay.redirect") ?? false)
  }
}
