import Layers
import Native
import OCI
import Testing

@testable import Images

/// Images that are damaged, or want to do damage: each ends with an error that says what is wrong, and where.
struct HostileTests {
  let folder: TestFolder

  init() throws { folder = try TestFolder() }

  private func open(_ made: OutputImage) async throws -> Image {
    try OCILayoutDestination(directory: folder("layout"), tag: "one").write(made)
    return try await LayoutSource(directory: folder("layout"), tag: "one", name: "one").image(for: nil)
  }

  @Test(
    "names that climb",
    arguments: [
      "add('../x')", "add('a/../../x')", "add('.wh...')", "add('d/.wh..')", "add('.wh.')", "add('y', LNKTYPE, '../x')",
      "add('y', LNKTYPE, '/')", "add('y', LNKTYPE, 'nothing')", "add('a/' * 3000 + 'x')",
    ])
  func climbing(_ members: String) async throws {
    let image = try await open(HostileImage.make([members], in: folder))
    let error = await #expect(throws: ImageError.self) { try await image.tree() }
    #expect(error?.message.contains("\(image.layers[0].descriptor.digest)") == true)
  }

  @Test("a deep tree")
  func deep() async throws {
    let image = try await open(HostileImage.make(["add('a/' * 2000 + 'x')"], in: folder))
    #expect(try await image.tree().entries.count == 2002)
  }

  @Test("a bomb ends at its limit")
  func bomb() async throws {
    let store = try BlobStore(directory: folder("store"))
    try folder.shell("truncate -s 64M zeros; tar -cf - zeros | zstd -q >bomb; tar -cf plain zeros")
    var writer = try store.writer(mediaType: .zstdLayer)
    try writer.write(contentsOf: FileDescriptor.open(folder("bomb")))
    let blob = try writer.finish()
    let diffID = DiffID(Digest(sha256: try SHA256.hash(FileDescriptor.open(folder("plain")).readAll(limit: 1 << 27))))
    var config = ImageConfig(platform: .host)
    config.rootfs = RootFS(diffIDs: [diffID])
    let image = try await open(
      OutputImage(config: config, layers: [Layer(diffID: diffID, descriptor: blob)], blobs: store))
    let error = await #expect(throws: ImageError.self) {
      try await image.read(image.layers[0], limit: 1 << 20) { while try $0.next() != nil {} }
    }
    #expect(error?.code == .limit)
    #expect(error?.message.contains("\(blob.digest)") == true)
  }

  @Test(
    "documents of other types than they should be",
    arguments: [
      "[]", "{}", "null", "7", "", "{\"schemaVersion\":2,\"manifests\":{}}", "{\"schemaVersion\":2,\"manifests\":[{}]}",
      "{\"schemaVersion\":2,\"manifests\":[{\"mediaType\":7,\"digest\":\"x\",\"size\":1}]}",
      "{\"schemaVersion\":2,\"manifests\":[{\"mediaType\":\"x\",\"digest\":\"sha256:..\",\"size\":1}]}",
    ])
  func documents(_ json: String) async throws {
    try folder.shell("mkdir layout a; printf '%s' '\(json)' >layout/index.json; cp layout/index.json a/manifest.json")
    try folder.shell("cp a/manifest.json a/index.json; tar -C a -cf a.tar .")
    let sources: [any ImageSource] = [
      LayoutSource(directory: folder("layout"), tag: nil, name: "x"),
      ArchiveSource(path: folder("a.tar"), kind: .oci, tag: nil, name: "x"),
      ArchiveSource(path: folder("a.tar"), kind: .docker, tag: nil, name: "x"),
    ]
    for source in sources { await #expect(throws: ImageError.self) { try await source.image(for: nil) } }
  }

  @Test("a blob that was changed, cut or lengthened is named")
  func damage() async throws {
    let made = try SampleImage.make(.gzip(level: 6), in: BlobStore(directory: folder("store")))
    let image = try await open(made)
    let path = folder("layout/blobs/sha256/\(made.layers[0].descriptor.digest.hex)")
    try folder.shell("cp '\(path)' good")
    for spoil in [
      "printf x | dd of=F bs=1 seek=4 conv=notrunc status=none", "truncate -s -5 F", "printf x >>F", ": >F",
    ] {
      try folder.shell("rm '\(path)'; cp good '\(path)'; \(spoil.replacing("F", with: "'\(path)'"))")
      let error = await #expect(throws: ImageError.self) { try await image.tree() }
      #expect(error?.message.contains("\(made.layers[0].descriptor.digest)") == true, "\(error?.message ?? "")")
    }
    let config = try made.documents(.oci).config.descriptor.digest
    try folder.shell("printf ' ' >>'layout/blobs/sha256/\(config.hex)'")
    let error = await #expect(throws: ImageError.self) {
      try await LayoutSource(directory: folder("layout"), tag: "one", name: "x").image(for: nil)
    }
    #expect(error?.message.contains("\(config)") == true)
  }

  /// Bytes of archives changed at random, always the same: an answer or an error, in bounded time, and never a crash.
  @Test("archives with changed bytes", arguments: ["oci", "docker"])
  func mutations(_ kind: String) async throws {
    let made = try SampleImage.make(.gzip(level: 6), in: BlobStore(directory: folder("store")))
    let path = folder("a.tar")
    let destination: any ImageDestination =
      kind == "oci" ? OCIArchiveDestination(.file(path)) : DockerArchiveDestination(.file(path))
    try destination.write(made)
    let good = try FileDescriptor.open(path).readAll(limit: 1 << 20)
    var generator = SeededGenerator(state: 20_261_121)
    var read = 0
    for _ in 0..<150 {
      var bytes = good
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        // Most of an archive is layers; its structure is where headers and documents are.
        let place = Int.random(
          in: 0..<min(bytes.count, Bool.random(using: &generator) ? 4096 : bytes.count), using: &generator)
        switch Int.random(in: 0..<5, using: &generator) {
        case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
        case 1: bytes[place] = UInt8.random(in: 0...255, using: &generator)
        case 2: bytes = Array(bytes[..<max(1, place)])
        case 3: bytes.insert(contentsOf: bytes[place..<min(place + 512, bytes.count)], at: place)
        default: bytes.removeSubrange(place..<min(place + 512, bytes.count))
        }
        if bytes.isEmpty { bytes = [0] }
      }
      try AtomicFile.write(bytes, to: path)
      do {
        let source = ArchiveSource(path: path, kind: kind == "oci" ? .oci : .docker, tag: nil, name: "a")
        let tree = try await source.image(for: nil).tree()
        #expect(tree.entries.count == 9, "what is read is right, or is not read")
        read += 1
      } catch is ImageError {}
    }
    // Changes of names of the archive's members that nobody needs.
    #expect(read > 0)
  }
}

/// The same numbers every time: SplitMix64.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
