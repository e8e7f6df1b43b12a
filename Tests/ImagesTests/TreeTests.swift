import Layers
import Native
import OCI
import TestShell
import Testing

@testable import Images

/// Layers laid one upon the other, against what unpacking them gives.
struct TreeTests {
  let folder: TestFolder

  init() throws { folder = try TestFolder() }

  /// An image of layers that Python's tarfile packs: it writes what no builder would. In each, lines that call
  /// `add(name, type, link, data)`.
  private func image(_ layers: [String]) async throws -> Image {
    let made = try HostileImage.make(layers, in: folder)
    try OCILayoutDestination(directory: folder("layout"), tag: "one").write(made)
    return try await LayoutSource(directory: folder("layout"), tag: "one", name: "one").image(for: nil)
  }

  @Test(
    "what is left is what is left when the layers are unpacked",
    arguments: [
      ["add('a/b/c', data=b'1'); add('a/d')", "add('a/.wh.b')"],
      ["add('a/b/c', data=b'1'); add('a/d')", "add('a', DIRTYPE); add('a/.wh..wh..opq'); add('a/new')"],
      // The mark after the sibling that the same layer adds.
      ["add('a', DIRTYPE); add('a/old')", "add('a', DIRTYPE); add('a/new'); add('a/.wh..wh..opq')"],
      ["add('a/b/c')", "add('a/.wh.b'); add('a/b', DIRTYPE); add('a/b/new')"],
      ["add('a', DIRTYPE); add('a/x')", "add('a', data=b'a file now')"],
      ["add('a', data=b'a file')", "add('a', DIRTYPE); add('a/x')"],
      ["add('f', data=b'12'); add('g', LNKTYPE, 'f')", "add('f', data=b'new')"],
      ["add('f', data=b'12'); add('g', LNKTYPE, 'f')", "add('.wh.f')"],
      ["add('f', data=b'12')", "add('g', LNKTYPE, 'f')"],
      ["add('f', data=b'1'); add('f', data=b'22'); add('./f', data=b'333')"],
      ["add('a', DIRTYPE, mode=0o700); add('a/b')", "add('a/c')"],
      ["add('x')", "add('.wh.x')", "add('x', SYMTYPE, 'y')", "add('y', data=b'z')"],
      ["add('.wh..wh.plnk'); add('a', FIFOTYPE); add('n', CHRTYPE, device=(1, 3))"],
    ])
  func merging(_ layers: [String]) async throws {
    let image = try await image(layers)
    try folder.shell("mkdir root")
    for layer in image.layers {
      _ = try LayerExtractor(form: .flat)
        .apply(layer.descriptor, from: BlobStore(directory: folder("layout")), onto: folder("root"))
    }
    let files = try ImageFiles(
      try await image.list(image.layers, LayerListing.Wish(hashes: { _ in true }, keeps: { _ in 100 })))
    let expected = try folder.shell(
      "cd root; find . -mindepth 1 \\( -type d -printf '%P d 0 \\n' -o -printf '%P %y %s %l\\n' \\) | LC_ALL=C sort")
    let found = files.tree.entries.dropFirst().map { path, node in
      var type = "d"
      var size = node.size
      var target = ""
      switch node.kind {
      case .file: type = "f"
      case .symlink(let link):
        type = "l"
        target = String(decoding: link, as: UTF8.self)
        size = link.count
      case .fifo: type = "p"
      case .characterDevice: type = "c"
      default: break
      }
      return "\(String(decoding: path.bytes, as: UTF8.self)) \(type) \(size) \(target)\n"
    }
    #expect(found.sorted().joined() == expected)
    for (path, node) in files.tree.entries where node.size > 0 {
      let bytes = try FileDescriptor.open(folder("root") + "\(path)").readAll(limit: 100)
      #expect(files.content(of: node) == bytes)
      #expect(try node.digest == Digest(sha256: SHA256.hash(bytes)))
    }
  }

  @Test("links are followed within the image, and never out of it")
  func links() async throws {
    let image = try await image([
      "add('usr/lib/x', data=b'low'); add('lib', SYMTYPE, 'usr/lib'); add('up', SYMTYPE, '../../../usr')",
      "add('usr/lib/x', data=b'high'); add('abs', SYMTYPE, '/lib/x'); add('loop', SYMTYPE, 'loop')",
    ])
    let finder = FileFinder(image)
    for path in ["usr/lib/x", "/lib/x", "abs", "/up/lib/../lib/./x", "../../abs"] {
      let (found, finding) = try await finder.resolve(path)
      #expect("\(found)" == "/usr/lib/x")
      guard case .file(let inode, let size) = finding else { throw Shell.Failure(description: "\(finding)") }
      let box = Box()
      try await finder.forEachPiece(of: inode, size: size) { box.append($0) }
      #expect(box.text == "high")
    }
    await #expect(throws: ImageError.self) { try await finder.resolve("/loop") }
    await #expect(throws: ImageError.self) { try await finder.resolve("/usr/lib/x/y") }
    let error = await #expect(throws: ImageError.self) { try await finder.resolve("/usr/lob/x") }
    #expect(error?.message == "there is no /usr/lob in one")
    #expect(error?.hint == "is it /usr/lib?")
  }

  @Test("a file of an upper layer is found without the lower ones")
  func early() async throws {
    let image = try await image(["add('a', data=b'1'); add('b', data=b'2')", "add('b', data=b'3'); add('.wh.a')"])
    try folder.shell("rm 'layout/blobs/sha256/\(image.layers[0].descriptor.digest.hex)'")
    let finder = FileFinder(image)
    guard case .file = try await finder.resolve("b").finding else { throw Shell.Failure(description: "no file") }
    let error = await #expect(throws: ImageError.self) { try await finder.resolve("c") }
    #expect(error?.message.contains("is missing") == true)
  }

  @Test("totals count a file of two names once, and directories all that is in them")
  func totals() async throws {
    let image = try await image(["add('a/b/f', data=b'12345'); add('a/g', LNKTYPE, 'a/b/f'); add('a/h', data=b'1')"])
    let totals = try await image.tree().totals(of: .root)
    #expect(totals[SampleImage.path("a")] == 6)
    #expect(totals[SampleImage.path("a/b")] == 5)
    #expect(totals[.root] == 6)
  }

  @Test("steps and layers stand side by side, also when history and layers disagree")
  func steps() async throws {
    let made = try SampleImage.make(.none, in: BlobStore(directory: folder("store")))
    try OCILayoutDestination(directory: folder("layout"), tag: "one").write(made)
    let source = LayoutSource(directory: folder("layout"), tag: "one", name: "one")
    #expect(try await source.image(for: nil).steps.map(\.number) == [1, nil, 2])
    for (history, numbers) in [([], [1, 2]), (Array(made.config.history?.prefix(1) ?? []), [1, 2])] {
      var other = made
      other.config.history = history
      try OCILayoutDestination(directory: folder("layout"), tag: "one").write(other)
      #expect(try await source.image(for: nil).steps.map(\.number) == numbers)
    }
    var more = made
    more.config.history = Array(repeating: History(created: nil, createdBy: "RUN", emptyLayer: false), count: 4)
    try OCILayoutDestination(directory: folder("layout"), tag: "one").write(more)
    let image = try await source.image(for: nil)
    #expect(image.steps.map(\.number) == [1, 2, nil, nil])
    #expect(try image.layer("2").layer == made.layers[1])
    #expect(try image.layer(made.layers[0].descriptor.digest.short).number == 1)
    for wrong in ["0", "3", "", "sha256:", "zz"] { #expect(throws: ImageError.self) { try image.layer(wrong) } }
  }
}
