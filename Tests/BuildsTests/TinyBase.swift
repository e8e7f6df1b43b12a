import Foundation
import Layers
import OCI
import Testing

/// An image of a shell and a few programs of this machine, in an image layout: `localhost/tiny` in the tests' Dockerfiles.
enum TinyBase {
  /// The folder of the layout, whose one tag is `tiny`; made once, and removed when the tests end.
  static let layout: Result<String, any Error> = Result {
    atexit { if case .success(let path) = TinyBase.layout { try? FileManager.default.removeItem(atPath: path) } }
    let folder = try TemporaryFolder()
    let layout = try ImageLayout(
      directory: FileManager.default.temporaryDirectory.path + "/imagesmith-tiny-\(UUID())".lowercased())
    let fixture = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "SandboxesTests/Fixtures/tiny-root").path
    try #require(try Shell.run([fixture, folder.path + "/root"]).code == 0)
    var writer = try LayerWriter(into: layout.blobs, compression: .gzip(level: 1), epoch: 1_700_000_000)
    try TreeWalker(root: folder.path + "/root").forEach { (entry) throws(LayerError) in try writer.append(entry) }
    let layer = try writer.finish()
    var config = ImageConfig(platform: .host)
    var container = ContainerConfig()
    container.env = ["PATH=/usr/bin:/bin", "FROM_BASE=yes"]
    container.cmd = ["/bin/sh"]
    container.labels = ["base": "tiny"]
    config.config = container
    config.history = [History(created: nil, createdBy: "tiny-root", emptyLayer: false)]
    config.rootfs = RootFS(diffIDs: [layer.diffID])
    _ = try layout.put(config: config, layers: [layer.descriptor], tag: "tiny")
    return layout.directory
  }
}

/// A folder that goes with the object.
final class TemporaryFolder: Sendable {
  let path: String

  init(in parent: String = FileManager.default.temporaryDirectory.path) throws {
    path = "\(parent)/imagesmith-test-\(UUID())"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Writes files by their paths; a path that ends in a slash is a folder.
  func write(_ files: [String: String]) throws {
    for (name, text) in files {
      let file = "\(path)/\(name)"
      let folder = name.hasSuffix("/") ? file : (file as NSString).deletingLastPathComponent
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      if !name.hasSuffix("/") { try text.write(toFile: file, atomically: false, encoding: .utf8) }
    }
  }
}

/// A program of this machine.
enum Shell {
  struct Outcome {
    var code: Int32
    var output: String
  }

  static func run(_ arguments: [String], in directory: String? = nil) throws -> Outcome {
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = arguments
    process.standardOutput = pipe
    process.standardError = pipe
    if let directory { process.currentDirectoryURL = URL(filePath: directory) }
    try process.run()
    let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return Outcome(code: process.terminationStatus, output: String(decoding: output, as: UTF8.self))
  }
}
