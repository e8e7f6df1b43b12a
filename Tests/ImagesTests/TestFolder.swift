import Layers
import Native
import OCI
import TestShell

@testable import Images

/// A folder for one test, removed with all that is in it.
final class TestFolder: Sendable {
  let path: String

  init() throws {
    path = "/tmp/imagesmith-images-\(try RandomBytes.make(count: 8).hexadecimal)"
    try Shell.run("mkdir '\(path)'")
  }

  deinit {
    try? LayerExtractor.removeDirectory(path)
  }

  func callAsFunction(_ name: String) -> String { "\(path)/\(name)" }

  /// Runs a script in the folder.
  @discardableResult
  func shell(_ script: String) throws -> String { try Shell.run("cd '\(path)'\n\(script)") }

  /// What is in the directory `name`: a line for each path, with type, mode, owner, size or target, and content's digest.
  func tree(_ name: String) throws -> String {
    try shell(
      """
      cd '\(name)'; find . -mindepth 1 -printf '%P %y %#m %U:%G %l\\n' | LC_ALL=C sort
      find . -type f -printf '%P\\n' | LC_ALL=C sort | xargs -r -d '\\n' sha256sum
      """)
  }
}

/// A small image of two layers, in a store of its own.
enum SampleImage {
  static func make(_ compression: Compression, in store: BlobStore) throws -> OutputImage {
    var lower = try LayerWriter(into: store, compression: compression, epoch: 1_000_000)
    try lower.append(LayerEntry(path: path("etc"), kind: .directory, mode: 0o755))
    try lower.append(file("etc/passwd", "root:x:0:0:root:/root:/bin/sh\nada:x:2001:2001::/home/ada:/bin/sh\n"))
    try lower.append(LayerEntry(path: path("home"), kind: .directory, mode: 0o755))
    try lower.append(LayerEntry(path: path("home/ada"), kind: .directory, mode: 0o750, uid: 2001, gid: 2001))
    try lower.append(file("home/ada/notes", String(repeating: "a line of text\n", count: 4000), uid: 2001))
    try lower.append(LayerEntry(path: path("home/ada/same"), kind: .hardlink(to: path("home/ada/notes"))))
    try lower.append(file("home/ada/old", "goes"))
    try lower.append(LayerEntry(path: path("home/link"), kind: .symlink(target: Array("ada/notes".utf8))))
    let first = try lower.finish()
    var upper = try LayerWriter(into: store, compression: compression, epoch: 1_000_000)
    try upper.append(LayerEntry(path: path("etc"), kind: .directory, mode: 0o755))
    try upper.append(file("etc/tool.conf", "colour = blue\n", mode: 0o600))
    try upper.append(LayerEntry(path: path("home"), kind: .directory, mode: 0o755))
    try upper.append(LayerEntry(path: path("home/ada"), kind: .directory, mode: 0o700, uid: 2001, gid: 2001))
    try upper.append(LayerEntry(path: path("home/ada/old"), kind: .whiteout))
    let second = try upper.finish()
    var config = ImageConfig(platform: .host)
    config.created = "1970-01-12T13:46:40Z"
    var container = ContainerConfig()
    container.env = ["PATH=/bin", "COLOUR=blue"]
    container.entrypoint = ["/bin/tool"]
    container.labels = ["purpose": "test"]
    config.config = container
    config.rootfs = RootFS(diffIDs: [first.diffID, second.diffID])
    config.history = [
      History(created: config.created, createdBy: "COPY base /", emptyLayer: false),
      History(created: config.created, createdBy: "ENV COLOUR=blue", emptyLayer: true),
      History(created: config.created, createdBy: "RUN rm /home/ada/old", emptyLayer: false),
    ]
    return OutputImage(config: config, layers: [first, second], annotations: ["made.by": "test"], blobs: store)
  }

  static func path(_ text: String) -> LayerPath { LayerPath(text) ?? .root }

  static func file(_ name: String, _ content: String, mode: UInt32 = 0o644, uid: UInt32 = 0) -> LayerEntry {
    LayerEntry(path: path(name), kind: .file(.bytes(Array(content.utf8))), mode: mode, uid: uid, gid: uid)
  }
}
