import Images
import Layers
import Native
import OCI
import Testing

@testable import imagesmith

/// What people see of images.
struct LookTests {
  @Test(
    "names as ls -b shows them, so that no image writes to the terminal",
    arguments: [
      (Array("plain name".utf8), "plain name"), (Array("näme".utf8), "näme"), ([0x61, 0x1b, 0x5b, 0x33], "a\\033[3"),
      ([0xff, 0x61], "\\377a"), ([0x0a], "\\012"), (Array("\u{9b}x".utf8), "\\302\\233x"),
    ] as [([UInt8], String)])
  func printableNames(bytes: [UInt8], text: String) {
    #expect(bytes.printableName == text)
  }

  @Test("options as people write them, and outputs that exclude one another")
  func options() throws {
    let list = try ListCommand.parse(["-lR", "--size", "--layer", "7", "pii", "/etc"])
    #expect(list.long && list.recursive && list.size && list.layer == "7" && list.path == "/etc")
    #expect(try ListCommand.parse(["pii"]).path == "/")
    #expect(throws: (any Error).self) { try InspectCommand.parse(["--json", "--raw", "pii"]) }
    #expect(throws: (any Error).self) { try DiffCommand.parse(["--files", "--packages", "a", "b"]) }
    #expect(throws: (any Error).self) { try DiffCommand.parse(["a"]) }
    for help in [
      InspectCommand.helpMessage(), ListCommand.helpMessage(), CatCommand.helpMessage(), DiffCommand.helpMessage(),
    ] {
      #expect(help.contains("Example:"))
    }
  }

  @Test("texts of a config stay on their line")
  func printable() {
    #expect("a\nb\tc\u{1B}[31m\u{9B}".printable == "a b c\\33[31m\\233")
  }

  @Test("lines are cut to the terminal, and whole elsewhere")
  func fitting() {
    let long = String(repeating: "x", count: 100)
    #expect(TextStyle(isColoured: false, width: 80).fit(long, after: 40).count == 40)
    #expect(TextStyle(isColoured: false, width: nil).fit(long, after: 40) == long)
    #expect(TextStyle(isColoured: true, width: 80).paint("x", .red) == "\u{1B}[31mx\u{1B}[0m")
    #expect(TextStyle(isColoured: false, width: 80).paint("x", .red) == "x")
  }

  @Test("an image, its files and its differences, from one layout")
  func whole() async throws {
    let folder = "/tmp/imagesmith-look-\(try RandomBytes.make(count: 8).hexadecimal)"
    defer { try? LayerExtractor.removeDirectory(folder) }
    let store = try BlobStore(directory: folder)
    func image(_ tag: String, _ content: String) async throws -> Image {
      var writer = try LayerWriter(into: store, compression: .none, epoch: 0)
      for (name, kind, mode) in [
        ("bin", .directory, 0o755), ("bin/tool", .file(.bytes(Array(content.utf8))), 0o4755),
        ("link", .symlink(target: Array("bin/tool".utf8)), 0o777),
      ] as [(String, LayerEntry.Kind, UInt32)] {
        try writer.append(LayerEntry(path: try #require(LayerPath(name)), kind: kind, mode: mode, uid: 7, gid: 8))
      }
      let layer = try writer.finish()
      var config = ImageConfig(platform: Platform(architecture: "amd64"))
      config.rootfs = RootFS(diffIDs: [layer.diffID])
      config.history = [History(created: nil, createdBy: "COPY   bin\n  /bin", emptyLayer: false)]
      try OCILayoutDestination(directory: folder, tag: tag)
        .write(OutputImage(config: config, layers: [layer], blobs: store))
      return try await LayoutSource(directory: folder, tag: tag, name: tag)
        .image(for: Platform(architecture: "amd64"))
    }
    let plain = TextStyle(isColoured: false, width: nil)
    let one = try await image("one", "1")
    let text = ImageDescription(one, plain).text
    #expect(text.hasPrefix("one  sha256:"))
    #expect(text.contains("\n  platform     linux/amd64\n"))
    let layer = one.layers[0].descriptor
    let size = ByteCount.text(layer.size).leftPadded(to: 9)
    #expect(text.contains("\n   1 \(size) ■■■■■■■■■■ \(layer.digest.short) COPY bin /bin\n"))

    let tree = try await one.tree()
    let rows = tree.entries.dropFirst().map { FileRow($0.path, $0.node, in: tree, .none, totals: [:]) }
    #expect(
      FileTable(rows, isLong: true, showsTotals: false, plain).text == """
        drwxr-xr-x 1 7 8 0 1970-01-01 00:00 /bin
        -rwsr-xr-x 1 7 8 1 1970-01-01 00:00 /bin/tool
        lrwxrwxrwx 1 7 8 8 1970-01-01 00:00 /link -> bin/tool

        """)

    let two = try await image("two", "22")
    let difference = try await ImageComparison(one, two).difference()
    #expect(
      DifferenceText(difference, one, two, isRecursive: false, plain).text.hasSuffix(
        """
        files  0 added, 0 removed, 1 changed
          ~ 1 B → 2 B  /bin/tool  content

        """))
    #expect(
      DifferenceText(try await ImageComparison(one, one).difference(), one, one, isRecursive: false, plain).text == "")
  }
}
