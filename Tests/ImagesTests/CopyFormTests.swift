import Layers
import Native
import OCI
import Registries
import Testing

@testable import Images

/// A copy is the same at both ends, in every form that can hold it.
@Suite("Copies between layouts and archives")
struct CopyFormTests {
  let folder: TestFolder
  let bench: CopyBench

  init() throws {
    folder = try TestFolder()
    bench = CopyBench(folder: folder)
  }

  @Test("an image there and back", arguments: [Compression.none, .gzip(level: 6), .zstd(level: 3)])
  func image(_ compression: Compression) async throws {
    let made = try bench.sample(compression)
    let digest = try made.documents(.oci).manifest.descriptor.digest
    let first = try await bench.toArchive(bench.layout(), "a.tar", tags: ["x", "y"])
    #expect(first.outcome?.names == ["oci-archive:a.tar:x \(digest)", "oci-archive:a.tar:y \(digest)"])
    #expect(try folder.shell("skopeo inspect --format '{{.Digest}}' oci-archive:a.tar:y") == "\(digest)\n")
    let second = try await bench.toLayout(bench.archive("a.tar", tag: "x"), "back", tag: "z")
    #expect(second.outcome?.names == ["oci:back:z \(digest)"])
    #expect(try bench.blobs(of: "back") == bench.blobs(of: "layout"))
    // Nothing that is there comes again.
    let third = try await bench.toLayout(bench.archive("a.tar", tag: "x"), "back", tag: "w")
    #expect(third.uploaded == 0)
    #expect(third.existing == first.uploaded)
    #expect(try folder.shell("umoci ls --layout back") == "w\nz\n")
    // The same image gives the same bytes.
    try await bench.toArchive(bench.layout("z", in: "back"), "b.tar", tags: ["x", "y"])
    try folder.shell("cmp a.tar b.tar")
  }

  @Test("an index whole, and one image of it")
  func index() async throws {
    let (index, images) = try bench.several()
    try await bench.toArchive(bench.layout("many"), "a.tar", .all)
    let all = try await bench.toLayout(bench.archive("a.tar"), "all", .all)
    #expect(all.root.digest == index.digest)
    #expect(all.choice == nil)
    #expect(try bench.blobs(of: "all") == bench.blobs(of: "layout"))
    let own = try await bench.toLayout(bench.archive("a.tar"), "own")
    #expect(own.root.digest == images[0].digest)
    #expect(own.choice == CopyResult.Choice(platform: .host, count: 3))
    let far = try await bench.toLayout(
      bench.layout("many"), "far", .platform(Platform(architecture: "s390x")))
    #expect(far.root.digest == images[1].digest)
    #expect(
      try folder.shell("skopeo inspect --config --format '{{.Architecture}}' oci:far:one 2>&1 || true").contains(
        "s390x"))
    let error = await #expect(throws: ImageError.self) {
      try await bench.toLayout(bench.layout("many"), "none", .platform(Platform(architecture: "riscv64")))
    }
    #expect(error?.code == .notFound)
    #expect(error?.hint?.contains("linux/s390x") == true)
    // Not even an empty layout is made for what is not found.
    #expect(try folder.shell("ls -d none || true").isEmpty)
  }

  @Test("an index within an index")
  func nested() async throws {
    let (inner, _) = try bench.several()
    let layout = try ImageLayout(directory: folder("layout"))
    var outer = inner
    for _ in 0..<3 {
      outer = try layout.blobs.put(
        try CanonicalJSON.encode(ImageIndex(manifests: [outer])), mediaType: .imageIndex)
    }
    try layout.put(outer, tag: "deep")
    let all = try await bench.toLayout(bench.layout("deep"), "all", .all)
    #expect(all.manifests == 7)
    #expect(try bench.blobs(of: "all") == bench.blobs(of: "layout"))
    #expect(try await bench.toLayout(bench.layout("deep"), "own").root.mediaType == .imageManifest)
    for _ in 0..<8 {
      outer = try layout.blobs.put(
        try CanonicalJSON.encode(ImageIndex(manifests: [outer])), mediaType: .imageIndex)
    }
    try layout.put(outer, tag: "deeper")
    let error = await #expect(throws: ImageError.self) {
      try await bench.toLayout(bench.layout("deeper"), "deeper", .all)
    }
    #expect(error?.code == .limit)
  }

  @Test(
    "what is no image",
    arguments: [
      ("application/vnd.cncf.helm.config.v1+json", "application/vnd.cncf.helm.chart.content.v1.tar+gzip", "a chart"),
      ("application/vnd.oci.empty.v1+json", "application/spdx+json", "{}"),
      ("application/vnd.oci.image.config.v1+json", "application/vnd.dev.cosign.simplesigning.v1+json", ""),
    ])
  func artifacts(config: String, layer: String, content: String) async throws {
    let made = try bench.artifact(config, [(layer, content), ("application/x-unheard-of", "more")])
    #expect(try await bench.toArchive(bench.layout(), "a.tar").root.digest == made.digest)
    #expect(try await bench.toLayout(bench.archive("a.tar"), "back").root.digest == made.digest)
    #expect(try bench.blobs(of: "back") == bench.blobs(of: "layout"))
    await #expect(throws: ImageError.self) { try await bench.toDockerArchive(bench.layout(), "d.tar") }
    #expect(try folder.shell("ls d.tar* .partial* 2>/dev/null || true").isEmpty)
  }

  @Test("a builder's cache, whose index lists layers")
  func layersInIndex() async throws {
    _ = try bench.sample()
    let layout = try ImageLayout(directory: folder("layout"))
    let blobs = [
      try layout.blobs.put(Array("a layer".utf8), mediaType: .gzipLayer),
      try layout.blobs.put(Array("{}".utf8), mediaType: MediaType("application/vnd.buildkit.cacheconfig.v0")),
    ]
    let index = try layout.blobs.put(try CanonicalJSON.encode(ImageIndex(manifests: blobs)), mediaType: .imageIndex)
    try layout.put(index, tag: "cache")
    #expect(try await bench.toLayout(bench.layout("cache"), "out", .all).uploaded == 9)
    #expect(try bench.blobs(of: "out").split(separator: "\n").count == 3)
  }

  @Test("a layer that nobody else may distribute stays where it is")
  func foreign() async throws {
    let made = try bench.sample()
    let layout = try ImageLayout(directory: folder("layout"))
    var manifest = try CanonicalJSON.decode(Manifest.self, from: made.documents(.oci).manifest.bytes)
    manifest.layers[0].mediaType = MediaType("application/vnd.oci.image.layer.nondistributable.v1.tar+gzip")
    manifest.layers[0].urls = ["https://example.org/layer"]
    // One with an address that anybody may distribute is a layer like others.
    manifest.layers[1].urls = ["https://example.org/other"]
    try layout.put(
      try layout.blobs.put(try CanonicalJSON.encode(manifest), mediaType: .imageManifest), tag: "foreign")
    let result = try await bench.toLayout(bench.layout("foreign"), "out")
    #expect(result.foreign == 1)
    #expect(try bench.blobs(of: "out").contains(made.layers[1].descriptor.digest.hex))
    #expect(try !bench.blobs(of: "out").contains(made.layers[0].descriptor.digest.hex))
    await #expect(throws: ImageError.self) { try await bench.toDockerArchive(bench.layout("foreign"), "d.tar") }
  }

  @Test(
    "a Docker archive has the same image id and layers",
    arguments: [Compression.none, .gzip(level: 6), .zstd(level: 3)])
  func docker(_ compression: Compression) async throws {
    let made = try bench.sample(compression)
    let documents = try made.documents(.oci)
    let result = try await bench.toDockerArchive(bench.layout(), "d.tar", names: ["example.org/one:2", "three:4"])
    #expect(result.outcome?.losses.isEmpty == false)
    #expect(result.outcome?.names.first?.hasPrefix("docker-archive:d.tar:example.org/one:2 sha256:") == true)
    let id = try folder.shell(
      """
      tar -xOf d.tar manifest.json | python3 -c 'import json, sys; print(json.load(sys.stdin)[0]["Config"])'
      skopeo copy -q docker-archive:d.tar:docker.io/library/three:4 oci:peer:one
      umoci raw unpack --image peer:one peer-root
      """)
    #expect(id == "blobs/sha256/\(documents.config.descriptor.digest.hex)\n")
    #expect(try folder.shell("cat peer-root/etc/tool.conf; ls peer-root/home/ada") == "colour = blue\nnotes\nsame\n")
    // Back again: the layers are what they were, but for zstd's, which are plain now.
    let back = try await bench.toLayout(bench.archive("d.tar", .docker, tag: "three:4"), "back")
    #expect(back.outcome?.digest == result.outcome?.digest)
    let image = try await bench.layout(in: "back").image(for: nil)
    #expect(image.layers.map(\.diffID) == made.layers.map(\.diffID))
    // A manifest that is Docker's already stays what it is.
    let again = try await bench.toDockerArchive(bench.layout(in: "back"), "again.tar", names: [])
    #expect(again.outcome?.digest == back.outcome?.digest)
    #expect(again.outcome?.losses == [])
    #expect(try folder.shell("ls -A work 2>/dev/null || true").isEmpty)
    let error = await #expect(throws: ImageError.self) {
      _ = try bench.several()
      return try await bench.toDockerArchive(bench.layout("many"), "no.tar", .all)
    }
    #expect(error?.code == .unsupported)
    #expect(error?.hint?.contains("--all") == true)
  }

  @Test("an old Docker archive, whose layers by gzip and zstd have no digest of their own")
  func oldDocker() async throws {
    let made = try bench.sample(.none)
    let config = try made.documents(.docker).config
    try AtomicFile.write(config.bytes, to: folder("config.json"))
    let layers = made.layers.map { made.blobs.path(of: $0.descriptor.digest) }
    try folder.shell(
      """
      mkdir a; gzip -c '\(layers[0])' >a/one.tar; zstd -qc '\(layers[1])' >a/two.tar; cp config.json a/
      echo '[{"Config":"config.json","RepoTags":null,"Layers":["one.tar","two.tar"]}]' >a/manifest.json
      tar -C a -cf a.tar .
      """)
    let result = try await bench.toLayout(bench.archive("a.tar", .docker), "out")
    #expect(result.root.mediaType == .imageManifest)
    let image = try await bench.layout(in: "out").image(for: nil)
    #expect(image.layers.map(\.diffID) == made.layers.map(\.diffID))
    #expect(image.content.layers.map(\.mediaType) == [.gzipLayer, .zstdLayer])
    #expect(try await image.tree()[SampleImage.path("etc/tool.conf")]?.size == 14)
    _ = try bench.blobs(of: "out")
  }

  @Test("a layout by umoci, and one image of it by its digest")
  func umoci() async throws {
    try folder.shell(
      """
      umoci init --layout u && umoci new --image u:one && umoci new --image u:two
      mkdir d && echo hello >d/file && umoci insert --image u:one d /d >/dev/null
      """)
    let digest = try folder.shell("skopeo inspect --format '{{.Digest}}' oci:u:one").split(separator: "\n")[0]
    let result = try await bench.toArchive(bench.layout(String(digest), in: "u"), "u.tar")
    #expect("\(result.root.digest)" == digest)
    #expect(try folder.shell("skopeo inspect --format '{{.Digest}}' oci-archive:u.tar:one") == "\(digest)\n")
  }
}
