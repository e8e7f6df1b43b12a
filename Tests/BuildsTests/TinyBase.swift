import Foundation
import Layers
import OCI
import Testing

/// An image of a shell and a few programs of this machine, in an image layout: `localhost/tiny` in the tests' Dockerfiles.
enum TinyBase {
  /// The folder of the layout, whose one tag is `tiny`; made once, and removed when the tests end.
  static let layout: Result<String, any Error> = Result { try make() }

  private static let place = Result { try TemporaryFolder() }

  private static func make() throws -> String {
    let folder = try TemporaryFolder()
    let layout = try ImageLayout(directory: place.get().path + "/layout")
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
