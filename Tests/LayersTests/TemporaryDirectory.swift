import Glibc
import Native

@testable import Layers

/// A directory for one test, removed with all that is in it. Unmount first what is mounted there.
final class TemporaryDirectory {
  let path: String

  init() throws {
    path = "/tmp/imagesmith-layers-\(try RandomBytes.name())"
    try makeDirectories(path)
  }

  deinit {
    try? LayerExtractor.removeDirectory(path)
  }

  func callAsFunction(_ name: String) -> String { "\(path)/\(name)" }

  func blobs(_ name: String = "store") throws -> BlobStore { try BlobStore(directory: self(name)) }
}
