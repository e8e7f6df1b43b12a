import Native
import OCI
import TestShell
import Testing

@testable import Layers

struct ImageLayoutTests {
  static func config(_ layers: [Layer]) -> ImageConfig {
    var config = ImageConfig(platform: Platform(architecture: "amd64"))
    config.created = "2001-09-09T01:46:40Z"
    config.rootfs.diffIDs = layers.map(\.diffID)
    config.history = layers.map { _ in History(created: nil, createdBy: "test", emptyLayer: false) }
    var container = ContainerConfig()
    container.env = ["PATH=/bin"]
    config.config = container
    return config
  }

  static func write(_ entries: [LayerEntry], _ compression: Compression, _ store: BlobStore) throws -> Layer {
    var writer = try LayerWriter(into: store, compression: compression, epoch: 2_000_000_000)
    for entry in entries { try writer.append(entry) }
    return try writer.finish()
  }

  private func image(in layout: ImageLayout, tag: String, _ compression: Compression, tree: String) throws -> Descriptor
  {
    let base = try Self.write(TreeWalker(root: tree).entries(), compression, layout.blobs)
    let top = try Self.write(
      [
        LayerEntry(path: Fixture.path("dangling"), kind: .whiteout), Fixture.directory("empty"),
        LayerEntry(path: Fixture.path("usr"), kind: .opaque), Fixture.directory("usr"), Fixture.file("usr/new", "n"),
      ].sorted { $0.path < $1.path }, compression, layout.blobs)
    return try layout.put(
      config: Self.config([base, top]), layers: [base, top].map(\.descriptor), annotations: ["a": "b"], tag: tag)
  }

  @Test(
    "skopeo inspects and copies an image, umoci unpacks it to what the extractor unpacks it to",
    arguments: [
      Compression.gzip(level: 6), .zstd(level: 3), .none,
    ])
  func peers(compression: Compression) throws {
    let directory = try TemporaryDirectory()
    try RoundTripTests.makeTree(at: directory("tree"))
    let layout = try ImageLayout(directory: directory("layout"))
    let manifest = try image(in: layout, tag: "1.0", compression, tree: directory("tree"))
    let inspected = try Shell.run(
      "skopeo inspect --format '{{.Digest}} {{.Env}} {{len .Layers}}' 'oci:\(directory("layout")):1.0'")
    #expect(inspected == "\(manifest.digest) [PATH=/bin] 2\n")
    try Shell.run("skopeo copy -q --preserve-digests 'oci:\(directory("layout")):1.0' 'oci:\(directory("copy")):x'")
    #expect(try ImageLayout(directory: directory("copy")).resolve("x")?.digest == manifest.digest)
    #expect(try layout.resolve("1.0")?.digest == manifest.digest)

    try makeDirectories(directory("flat"))
    let image = try CanonicalJSON.decode(Manifest.self, from: layout.blobs.read(manifest.digest))
    for layer in image.layers {
      _ = try LayerExtractor(form: .flat).apply(layer, from: layout.blobs, onto: directory("flat"))
    }
    // umoci of Debian 12 knows no zstd; the file itself is what counts.
    guard case .zstd = compression else {
      try Shell.run("umoci raw unpack --image '\(directory("layout")):1.0' '\(directory("umoci"))'")
      // umoci keeps attributes of the trusted namespace to itself.
      try Shell.run(
        "cd '\(directory("flat"))' && find . -type f -exec setfattr -x trusted.note {} + 2>/dev/null || true")
      try Shell.run(
        "cd '\(directory("umoci"))' && find . -type f -exec setfattr -x trusted.note {} + 2>/dev/null || true")
      let expected = try TreeListing.of(directory("umoci"))
      #expect(try TreeListing.of(directory("flat")) == expected)
      return
    }
  }

  @Test("tags name images, are moved and removed; the same image twice changes nothing")
  func tags() throws {
    let directory = try TemporaryDirectory()
    let layout = try ImageLayout(directory: directory("layout"))
    let one = try Self.write([Fixture.file("one")], .none, layout.blobs)
    let two = try Self.write([Fixture.file("two")], .none, layout.blobs)
    let first = try layout.put(config: Self.config([one]), layers: [one.descriptor], tag: "b")
    let second = try layout.put(config: Self.config([two]), layers: [two.descriptor], tag: "a")
    #expect(try layout.tags() == ["a", "b"])
    let before = try Shell.run("stat -c '%i %z' '\(directory("layout"))/index.json'")
    #expect(try layout.put(config: Self.config([two]), layers: [two.descriptor], tag: "a") == second)
    #expect(try Shell.run("stat -c '%i %z' '\(directory("layout"))/index.json'") == before)
    try layout.put(second, tag: "b")
    #expect(try layout.resolve("b")?.digest == second.digest && first.digest != second.digest)
    #expect(try layout.remove(tag: "b"))
    #expect(try !layout.remove(tag: "b"))
    #expect(try layout.tags() == ["a"] && layout.resolve("b") == nil)
    let missing = try #require(Digest("sha256:" + String(repeating: "0", count: 64)))
    let error = #expect(throws: LayerError.self) {
      try layout.put(Descriptor(mediaType: .imageManifest, digest: missing, size: 1), tag: "c")
    }
    #expect(error?.code == .notFound)
  }

  @Test("many writers at once lose no tag")
  func concurrency() async throws {
    let directory = try TemporaryDirectory()
    let path = directory("layout")
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<24 {
        group.addTask {
          try await BlockingPool.shared.run {
            let layout = try ImageLayout(directory: path)
            let layer = try Self.write([Fixture.file("f\(number % 5)")], .gzip(level: 1), layout.blobs)
            _ = try layout.put(config: Self.config([layer]), layers: [layer.descriptor], tag: "tag\(number)")
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(try ImageLayout(directory: path).tags().count == 24)
  }

  @Test(
    "a layout that is half there is completed; one that is broken is said to be",
    arguments: [
      ("rm index.json", nil), ("rm oci-layout", nil), ("rm -r blobs", nil), ("rm .lock", nil),
      ("printf '{' > index.json", LayerError.Code.corrupt),
      ("printf '{\"imageLayoutVersion\":\"9\"}' > oci-layout", .invalid),
      ("printf x > blobs/.partial/.partial-0 && printf x > .partial-1", nil),
    ])
  func halfThere(damage: String, code: LayerError.Code?) throws {
    let directory = try TemporaryDirectory()
    _ = try ImageLayout(directory: directory("layout"))
    try Shell.run("cd '\(directory("layout"))' && \(damage)")
    do {
      let layout = try ImageLayout(directory: directory("layout"))
      let layer = try Self.write([Fixture.file("f")], .none, layout.blobs)
      let image = try layout.put(config: Self.config([layer]), layers: [layer.descriptor], tag: "t")
      #expect(try layout.resolve("t")?.digest == image.digest)
      #expect(code == nil)
    } catch let error as LayerError {
      #expect(error.code == code)
    }
  }

  @Test("garbage is what no tag leads to and is old")
  func garbage() throws {
    let directory = try TemporaryDirectory()
    let layout = try ImageLayout(directory: directory("layout"))
    let kept = try Self.write([Fixture.file("kept")], .none, layout.blobs)
    let dropped = try Self.write([Fixture.file("dropped")], .none, layout.blobs)
    _ = try layout.put(config: Self.config([kept]), layers: [kept.descriptor], tag: "kept")
    _ = try layout.put(config: Self.config([dropped]), layers: [dropped.descriptor], tag: "dropped")
    _ = try layout.remove(tag: "dropped")
    #expect(try layout.collectGarbage() == 0)
    let hold = try layout.holdBlobs()
    #expect(try layout.collectGarbage(olderThan: 0) == 0, "somebody puts an image together")
    _ = consume hold
    #expect(try layout.collectGarbage(olderThan: 0) > dropped.descriptor.size)
    #expect(try !layout.blobs.contains(dropped.descriptor.digest))
    #expect(try layout.blobs.digests().count == 3)
    try layout.blobs.verify(kept.descriptor.digest)
  }
}
