import Layers
import Native
import OCI
import Registries
import Synchronization
import Testing

@testable import Images

/// The same image, read wherever it may be and in every form that tools give it.
struct SourceTests {
  let folder: TestFolder

  init() throws { folder = try TestFolder() }

  private func layout(_ compression: Compression = .gzip(level: 6)) throws -> OutputImage {
    let image = try SampleImage.make(compression, in: BlobStore(directory: folder("store")))
    try OCILayoutDestination(directory: folder("layout"), tag: "one").write(image)
    return image
  }

  /// What the image should look like, whoever packed it.
  private func check(_ image: Image, like made: OutputImage) async throws {
    #expect(image.config.config?.entrypoint == ["/bin/tool"])
    #expect(image.layers.map(\.diffID) == made.layers.map(\.diffID))
    let tree = try await image.tree()
    let paths = tree.entries.map { "\($0.path)" }
    #expect(
      paths == [
        "/", "/etc", "/etc/passwd", "/etc/tool.conf", "/home", "/home/ada", "/home/ada/notes", "/home/ada/same",
        "/home/link",
      ])
    #expect(tree[SampleImage.path("home/ada")]?.mode == 0o700)
    let finder = FileFinder(image)
    let text = try await content(of: "/home/link", finder)
    #expect(text == String(repeating: "a line of text\n", count: 4000))
  }

  private func content(of path: String, _ finder: FileFinder) async throws -> String {
    guard case .file(let inode, let size) = try await finder.resolve(path).finding else { return "(no file)" }
    let box = Box()
    try await finder.forEachPiece(of: inode, size: size) { box.append($0) }
    return box.text
  }

  @Test("a layout without the layers that nobody has needed: whoever reads them brings them")
  func missingLayers() async throws {
    let made = try SampleImage.make(.gzip(level: 6), in: BlobStore(directory: folder("store")))
    let lower = made.layers[0].descriptor
    let elsewhere = try BlobStore(directory: folder("elsewhere"))
    try elsewhere.take(lower, from: made.blobs)
    try made.blobs.remove(lower.digest)
    #expect(throws: LayerError.self) { try OCILayoutDestination(directory: folder("whole"), tag: "one").write(made) }
    let layout = folder("layout")
    try OCILayoutDestination(directory: layout, tag: "one", allowsMissingLayers: true).write(made)
    #expect(try ImageLayout(directory: layout).collectGarbage(olderThan: 0) == 0)
    #expect(try !BlobStore(directory: layout).contains(lower.digest))

    let bare = try await LayoutSource(directory: layout, tag: "one", name: "one").image(for: nil)
    let error = await #expect(throws: ImageError.self) { try await bare.tree() }
    #expect(error?.code == .corrupt)
    let source = LayoutSource(directory: layout, tag: "one", name: "one") { layer in
      try BlobStore(directory: layout).take(layer, from: elsewhere)
    }
    try await check(source.image(for: nil), like: made)
    #expect(try BlobStore(directory: layout).contains(lower.digest))
  }

  @Test("an image layout", arguments: [Compression.none, .gzip(level: 6), .zstd(level: 3)])
  func layouts(_ compression: Compression) async throws {
    let made = try layout(compression)
    let before = try folder.shell("find layout | sort")
    let source = LayoutSource(directory: folder("layout"), tag: "one", name: "one")
    let image = try await source.image(for: nil)
    #expect(try image.manifest?.descriptor.digest == made.documents(.oci).manifest.descriptor.digest)
    try await check(image, like: made)
    // A layout is only read.
    #expect(try folder.shell("find layout | sort") == before)
  }

  @Test(
    "archives as skopeo writes them, and compressed",
    arguments: [
      ("oci-archive:a.tar:one", "true"), ("docker-archive:a.tar:example.org/one:2", "true"),
      ("oci-archive:a.tar:one", "gzip a.tar && mv a.tar.gz a.tar"),
      ("docker-archive:a.tar:example.org/one:2", "zstd -q --rm a.tar && mv a.tar.zst a.tar"),
      ("docker-archive:a.tar:example.org/one:2", "xz a.tar && mv a.tar.xz a.tar"),
    ])
  func archives(_ destination: String, _ then: String) async throws {
    let made = try layout()
    try folder.shell("skopeo copy -q oci:layout:one '\(destination)'; \(then)")
    let path = folder("a.tar")
    let isDocker = destination.hasPrefix("docker")
    for tag in [nil, isDocker ? "example.org/one:2" : "one", isDocker ? "@0" : "one"] {
      let source = ArchiveSource(path: path, kind: isDocker ? .docker : .oci, tag: tag, name: "a")
      try await check(try await source.image(for: nil), like: made)
    }
  }

  @Test("a Docker archive of the old form: folders by id, one a link to the other's layer")
  func oldDockerArchive() async throws {
    let made = try layout(.none)
    let blobs = made.layers.map { made.blobs.path(of: $0.descriptor.digest) }
    let config = try made.documents(.docker).config
    try folder.shell(
      """
      mkdir -p a/one a/two a/other; cp '\(blobs[0])' a/other/layer.tar; ln -s ../other/layer.tar a/one/layer.tar
      cp '\(blobs[1])' a/two/layer.tar
      cp '\(try write(config.bytes))' 'a/\(config.descriptor.digest.hex).json'
      echo '[{"Config":"\(config.descriptor.digest.hex).json","RepoTags":["one:latest"],"Layers":["one/layer.tar",\
      "two/layer.tar"]}]' >a/manifest.json
      tar -C a -cf a.tar other one two manifest.json '\(config.descriptor.digest.hex).json'
      gzip -k a/other/layer.tar && mv a/other/layer.tar.gz a/other/layer.tar
      tar -C a -cf packed.tar other one two manifest.json '\(config.descriptor.digest.hex).json'
      """)
    for name in ["a.tar", "packed.tar"] {
      let source = ArchiveSource(path: folder(name), kind: .docker, tag: "one", name: name)
      let image = try await source.image(for: nil)
      #expect(image.manifest == nil)
      try await check(image, like: made)
    }
    // A layer that is known by its DiffID alone is checked all the same.
    try folder.shell(
      """
      sed 's/blue/grey/' a/two/layer.tar | gzip >a/x && mv a/x a/two/layer.tar; tar -C a -cf spoilt.tar .
      """)
    let spoilt = try await ArchiveSource(path: folder("spoilt.tar"), kind: .docker, tag: nil, name: "s").image(for: nil)
    await #expect(throws: ImageError.self) { try await spoilt.tree() }
  }

  private func write(_ bytes: [UInt8]) throws -> String {
    try AtomicFile.write(bytes, to: folder("document"))
    return folder("document")
  }

  @Test("one of several images in a Docker archive")
  func several() async throws {
    let made = try layout()
    let name = try #require(Reference("example.org/one:2"))
    try DockerArchiveDestination(.file(folder("a.tar")), names: [name]).write(made)
    try folder.shell(
      """
      mkdir x; tar -C x -xf a.tar
      python3 - x/manifest.json <<'PYTHON'
      import json, sys
      entries = json.load(open(sys.argv[1]))
      other = dict(entries[0], RepoTags=["other:latest"])
      json.dump(entries + [other], open(sys.argv[1], "w"))
      PYTHON
      tar -C x -cf a.tar .
      """)
    for wanted in ["example.org/one:2", "other", "docker.io/library/other:latest", "@1"] {
      let source = ArchiveSource(path: folder("a.tar"), kind: .docker, tag: wanted, name: "a")
      #expect(try await source.image(for: nil).layers.map(\.diffID) == made.layers.map(\.diffID))
    }
    for wrong in [nil, "@2", "third"] {
      let source = ArchiveSource(path: folder("a.tar"), kind: .docker, tag: wrong, name: "a")
      let error = await #expect(throws: ImageError.self) { try await source.image(for: nil) }
      #expect(error?.code == .notFound && error?.hint?.contains("other:latest") == true)
    }
  }

  @Test("an image by buildah, in both its forms", arguments: ["oci", "docker"])
  func buildah(_ form: String) async throws {
    try folder.shell(
      """
      runroot=$(mktemp -d /tmp/iml-XXXX); trap 'rm -r "$runroot"' EXIT
      buildah="buildah --root $PWD/b --runroot $runroot --storage-driver vfs"
      mkdir -p c/d && echo hello >c/d/file && ln c/d/file c/d/other && mkfifo c/pipe && printf 'x' >"c/$(printf 'n\\303\\244me')"
      container=$($buildah from scratch)
      $buildah copy -q $container c / >/dev/null
      $buildah config --env A=b --label purpose=test --port 80 --healthcheck 'CMD true' --cmd '/d/file' $container
      $buildah commit -q --format \(form) $container oci-archive:$PWD/out.tar:made >/dev/null 2>&1 \
        || $buildah commit -q --format \(form) $container dir:$PWD/dir >/dev/null
      if [ -d dir ]; then skopeo copy -q dir:dir oci-archive:out.tar:made; fi
      """)
    let image = try await ArchiveSource(path: folder("out.tar"), kind: .oci, tag: nil, name: "b").image(for: nil)
    #expect(image.config.config?.labels?["purpose"] == "test")
    #expect(image.config.config?.exposedPorts?.keys.contains { $0.hasPrefix("80") } == true)
    let tree = try await image.tree()
    let file = try #require(tree[SampleImage.path("d/file")])
    #expect(file.size == 6)
    #expect(tree.links(of: file) == 2)
    #expect(tree[SampleImage.path("näme")]?.size == 1)
  }

  @Test("a registry, without a file on disk")
  func registry() async throws {
    let made = try layout()
    let registry = try LocalRegistry(in: folder)
    try folder.shell("skopeo copy -q --dest-tls-verify=false oci:layout:one docker://\(registry.host)/team/one:2")
    let reference = try #require(Reference("\(registry.host)/team/one:2"))
    let before = try folder.shell("ls -A")
    let image = try await RegistrySource(reference, client: registry.client).image(for: nil)
    try await check(image, like: made)
    #expect(try folder.shell("ls -A") == before)
    // Enough of a layer is enough.
    let first = try await image.read(image.layers[0]) { try $0.next()?.path }
    #expect(first == SampleImage.path("etc"))
    // A blob that changes in the registry is found out.
    try folder.shell(
      """
      file=registry/docker/registry/v2/blobs/sha256/\(made.layers[0].descriptor.digest.hex.prefix(2))\
      /\(made.layers[0].descriptor.digest.hex)/data
      printf x | dd of=$file bs=1 seek=8 conv=notrunc status=none
      """)
    await #expect(throws: RegistryError.self) { try await image.tree() }
  }

  @Test("a cancelled task reads no further")
  func cancellation() async throws {
    _ = try layout(.none)
    let image = try await LayoutSource(directory: folder("layout"), tag: "one", name: "one").image(for: nil)
    let task = Task {
      try await image.read(image.layers[0]) { reader in
        while try reader.next() != nil {}
        return 0
      }
    }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
  }

  @Test("an index for several platforms")
  func platforms() async throws {
    let made = try layout()
    let document = try made.documents(.oci)
    var arm = made
    arm.config.architecture = "s390x"
    try OCILayoutDestination(directory: folder("layout"), tag: "arm").write(arm)
    let other = try arm.documents(.oci).manifest.descriptor
    let index = ImageIndex(manifests: [document.manifest.descriptor, other])
    let layout = try ImageLayout(directory: folder("layout"))
    try layout.put(
      try layout.blobs.put(try CanonicalJSON.encode(index), mediaType: .imageIndex), tag: "many")
    let source = LayoutSource(directory: folder("layout"), tag: "many", name: "many")
    #expect(try await source.image(for: nil).config.platform == .host)
    let wanted = try #require(Platform("linux/s390x"))
    #expect(try await source.image(for: wanted).config.platform == wanted)
    let error = await #expect(throws: ImageError.self) {
      try await source.image(for: Platform(architecture: "riscv64"))
    }
    #expect(error?.hint?.contains("linux/s390x") == true)
  }

  @Test("tags: the only one, latest, or a choice")
  func tags() async throws {
    let made = try layout()
    let image = { (tag: String?) in
      try await LayoutSource(directory: folder("layout"), tag: tag, name: "x").image(for: nil)
    }
    #expect(try await image(nil).layers == made.layers)
    #expect(try await image("\(made.documents(.oci).manifest.descriptor.digest)").layers == made.layers)
    try OCILayoutDestination(directory: folder("layout"), tag: "two").write(made)
    let error = await #expect(throws: ImageError.self) { try await image(nil) }
    #expect(error?.code == .notFound)
    #expect(error?.hint == "it has one, two: name one")
    await #expect(throws: ImageError.self) { try await image("three") }
  }
}

/// Collects pieces that come on another thread.
final class Box: Sendable {
  private let bytes = Mutex<[UInt8]>([])

  func append(_ piece: UnsafeRawBufferPointer) {
    let copy = [UInt8](piece)
    bytes.withLock { $0 += copy }
  }

  var text: String { String(decoding: bytes.withLock { $0 }, as: UTF8.self) }
}
