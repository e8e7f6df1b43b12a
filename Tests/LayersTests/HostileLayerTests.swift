import Native
import OCI
import TestShell
import Testing

@testable import Layers

/// Layers that want to write outside of their directory, made by Python's tarfile, which writes anything.
struct HostileLayerTests {
  /// Packs `members`, lines of Python that call `add(name, type, link, data)`, as a blob.
  static func layer(_ members: String, in directory: TemporaryDirectory, _ store: BlobStore) throws -> Descriptor {
    try Shell.run(
      """
      python3 - '\(directory("hostile.tar"))' <<'PYTHON'
      import io, sys, tarfile
      from tarfile import BLKTYPE, CHRTYPE, DIRTYPE, LNKTYPE, REGTYPE, SYMTYPE, TarInfo
      archive = tarfile.open(sys.argv[1], "w", format=tarfile.PAX_FORMAT)
      def add(name, type=REGTYPE, link="", data=b"", mode=0o755, pax={}, device=(0, 0)):
          member = TarInfo(name)
          member.type, member.linkname, member.size, member.mode, member.pax_headers = type, link, len(data), mode, pax
          member.devmajor, member.devminor = device
          archive.addfile(member, io.BytesIO(data))
      \(members)
      archive.close()
      PYTHON
      """)
    var writer = try store.writer(mediaType: .layer)
    try writer.write(contentsOf: FileDescriptor.open(directory("hostile.tar")))
    return try writer.finish()
  }

  static let forms: [LayerExtractor.Form] = [.flat, .overlay(.trusted)]

  /// Unpacks; checks that nothing beside the root has changed, whatever became of the layer.
  private func unpack(_ members: String, _ form: LayerExtractor.Form) throws -> (String, LayerError?) {
    let directory = try TemporaryDirectory()
    let store = try directory.blobs()
    let blob = try Self.layer(members.replacing("OUTSIDE", with: directory("outside")), in: directory, store)
    try Shell.run("mkdir '\(directory("outside"))' && printf kept > '\(directory("outside/file"))'")
    let before = try TreeListing.of(directory("outside"))
    var failure: LayerError?
    do {
      _ = try LayerExtractor(form: form).extract(blob, from: store, into: directory("root"))
    } catch {
      failure = error
    }
    #expect(try TreeListing.of(directory("outside")) == before)
    let left = try Shell.run(
      "cd '\(directory.path)' && ls -A | grep -v -e '^hostile.tar$' -e '^outside$' -e '^store$' || true")
    #expect(left == (failure == nil ? "root\n" : ""), "a failed layer leaves nothing")
    return (failure == nil ? try TreeListing.of(directory("root"), times: false) : "", failure)
  }

  @Test(
    "names that climb are refused", arguments: forms,
    [
      "add('../outside/new')", "add('a/../../outside/new')", "add('a/..')", "add('..', DIRTYPE)",
      "add('.wh...')", "add('d/.wh..')", "add('.wh.')", "add('x'); add('y', LNKTYPE, '../outside/file')",
      "add('y', LNKTYPE, '/')",
    ])
  func climbing(form: LayerExtractor.Form, members: String) throws {
    let (_, failure) = try unpack(members, form)
    #expect(failure?.code == .corrupt)
  }

  @Test("absolute names are taken from the root", arguments: forms)
  func absolute(form: LayerExtractor.Form) throws {
    let (tree, failure) = try unpack("add('/OUTSIDE/new', data=b'in'); add('//./a//b', data=b'in')", form)
    #expect(failure == nil)
    #expect(tree.contains("outside/new"))
    #expect(tree.contains("\na/b 0o100755"))
  }

  @Test(
    "links lead nowhere outside", arguments: forms,
    [
      // A member below a link to outside.
      "add('l', SYMTYPE, 'OUTSIDE'); add('l/new')",
      "add('l', SYMTYPE, '../outside'); add('l/new')",
      // Links through links.
      "add('a', SYMTYPE, '..'); add('b', SYMTYPE, 'a/outside'); add('b/new')",
      "add('d', DIRTYPE); add('d/up', SYMTYPE, '../..'); add('l', SYMTYPE, 'd/up/outside'); add('l/file', data=b'changed')",
      // A link in the place of a directory that was opened before.
      "add('d', DIRTYPE); add('d/f'); add('d', SYMTYPE, 'OUTSIDE'); add('d/new')",
      // A file written through a link of its name.
      "add('f', SYMTYPE, 'OUTSIDE/file'); add('f', data=b'changed')",
      "add('f', SYMTYPE, 'OUTSIDE/new'); add('f', data=b'changed')",
      // Owner and mode through a link.
      "add('f', SYMTYPE, 'OUTSIDE/file', mode=0o777); add('f', DIRTYPE, mode=0o777)",
      // A hardlink to a file outside, over a link, then written to.
      "add('l', SYMTYPE, 'OUTSIDE'); add('h', LNKTYPE, 'l/file'); add('h', data=b'changed')",
      "add('l', SYMTYPE, 'OUTSIDE/file'); add('h', LNKTYPE, 'l'); add('h', data=b'changed')",
      "add('h', LNKTYPE, 'OUTSIDE/file')",
      // Removal through a link.
      "add('l', SYMTYPE, 'OUTSIDE'); add('l/.wh.file')",
      "add('l', SYMTYPE, 'OUTSIDE'); add('l/.wh..wh..opq')",
      "add('d', DIRTYPE); add('d/l', SYMTYPE, 'OUTSIDE'); add('.wh.d'); add('d/l/new')",
    ])
  func links(form: LayerExtractor.Form, members: String) throws {
    // Some of them are layers that can be unpacked, inside; `unpack` checks the outside.
    let (tree, failure) = try unpack(members, form)
    #expect(failure != nil || !tree.isEmpty)
    if let failure { #expect(failure.code == .corrupt) }
  }

  @Test("a device in the place of a directory, and back", arguments: forms)
  func deviceForDirectory(form: LayerExtractor.Form) throws {
    let (tree, failure) = try unpack(
      "add('d', DIRTYPE); add('d/f'); add('d', CHRTYPE, device=(1, 3)); add('d', DIRTYPE); add('d/g')", form)
    #expect(failure == nil)
    #expect(
      tree == "d 0o40755 0 0\nd/g 0o100755 0 0 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n")
    let below = try unpack("add('n', CHRTYPE, device=(1, 3)); add('n/below')", form)
    #expect(below.1?.code == .corrupt)
  }

  @Test("what overlayfs would take for its own marks does not come out of a layer", arguments: forms)
  func overlayMarks(form: LayerExtractor.Form) throws {
    let device = try unpack("add('w', CHRTYPE)", form)
    #expect(device.1?.code == .corrupt)
    let directory = try TemporaryDirectory()
    let store = try directory.blobs()
    let blob = try Self.layer(
      "add('d', DIRTYPE, pax={'SCHILY.xattr.trusted.overlay.redirect': '/etc', 'SCHILY.xattr.user.kept': '1'})",
      in: directory, store)
    _ = try LayerExtractor(form: form).extract(blob, from: store, into: directory("root"))
    let names = try ExtendedAttribute.all(of: .path(Array(directory("root/d").utf8))).map(\.name)
    #expect(names == [Array("user.kept".utf8)])
  }

  @Test(
    "a bomb of zeros ends at the limit, also a sparse one",
    arguments: [
      "python3 -c \"import tarfile,io,sys; t=tarfile.open('%','w'); m=tarfile.TarInfo('f'); m.size=300<<20; t.addfile(m, open('/dev/zero','rb')); t.close()\"",
      "cd / && truncate -s 5G '%.f' && tar -S -c -f '%' --absolute-names '%.f' && rm '%.f'",
    ])
  func bomb(script: String) throws {
    let directory = try TemporaryDirectory()
    let store = try directory.blobs()
    try Shell.run(script.replacing("%", with: directory("bomb.tar")) + " && gzip -1 '\(directory("bomb.tar"))'")
    var writer = try store.writer(mediaType: .gzipLayer)
    try writer.write(contentsOf: FileDescriptor.open(directory("bomb.tar.gz")))
    let blob = try writer.finish()
    #expect(blob.size < 2 << 20)
    let extractor = LayerExtractor(form: .flat, limit: 100 << 20)
    let error = #expect(throws: LayerError.self) { try extractor.extract(blob, from: store, into: directory("root")) }
    #expect(error?.code == .limit)
    #expect(try Shell.run("ls -A '\(directory.path)' | sort") == "bomb.tar.gz\nstore\n")
  }

  @Test("directories deeper than there are descriptors are unpacked and removed")
  func deep() throws {
    let directory = try TemporaryDirectory()
    let store = try directory.blobs()
    let blob = try Self.layer("add('/'.join(['d'] * 1200) + '/f', data=b'deep')", in: directory, store)
    _ = try LayerExtractor(form: .flat).extract(blob, from: store, into: directory("root"))
    #expect(try Shell.run("find '\(directory("root"))' -name f | wc -c") > "2400")
    try LayerExtractor.removeDirectory(directory("root"))
    #expect(try FileStatus.of(Array(directory("root").utf8)) == nil)
  }

  @Test("any damage to a layer ends in an error and leaves nothing, or in the same tree")
  func damage() throws {
    let directory = try TemporaryDirectory()
    let store = try directory.blobs()
    var writer = try LayerWriter(into: store, compression: .none, epoch: 0)
    var model = LayerModel(seed: 1)
    for entry in model.nextLayer() { try writer.append(entry) }
    let whole = try store.read(writer.finish().descriptor.digest)
    var generator = SeededGenerator(state: 42)
    for _ in 0..<300 {
      var bytes = whole
      switch Int.random(in: 0..<3, using: &generator) {
      case 0: bytes.removeLast(Int.random(in: 1..<bytes.count, using: &generator))
      case 1:
        for _ in 0..<Int.random(in: 1...8, using: &generator) {
          bytes[Int.random(in: bytes.indices, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
        }
      default:
        let from = Int.random(in: 0..<bytes.count / 512, using: &generator) * 512
        let to = Int.random(in: 0..<bytes.count / 512, using: &generator) * 512
        bytes.replaceSubrange(to..<min(to + 512, bytes.count), with: bytes[from..<min(from + 512, bytes.count)])
      }
      let blob = try store.put(bytes, mediaType: .layer)
      let extractor = LayerExtractor(form: .flat, limit: 1 << 24)
      if (try? extractor.extract(blob, from: store, into: directory("root"))) != nil {
        try LayerExtractor.removeDirectory(directory("root"))
      }
      try store.remove(blob.digest)
    }
    #expect(try Shell.run("ls -A '\(directory.path)'") == "store\n")
  }
}
