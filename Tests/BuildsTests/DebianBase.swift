import Foundation
import Layers
import Testing

@testable import Builds

/// Debian's essential packages, made by mmdebstrap as imagesmith makes a base: `localhost/debian` in the corpus.
enum DebianBase {
  static var context: NamedContext {
    let mirror = ProcessInfo.processInfo.environment["IMAGESMITH_DEBIAN_MIRROR"]
    return .bootstrap(Bootstrap(distribution: "debian", suite: "trixie", localMirror: mirror))
  }

  /// Makes it in the cache of `bench`.
  ///
  /// - Returns: The folder of an image layout that has it, tagged `debian`.
  static func make(on bench: Workbench) async throws -> String {
    let made = try await bench.build("FROM localhost/debian\n") { $0.namedContexts["localhost/debian"] = context }
    let layout = try ImageLayout(directory: bench.folder.path + "/debian")
    for layer in made.image.layers { try layout.blobs.take(layer.descriptor, from: made.cache.blobs) }
    _ = try layout.put(config: made.image.config, layers: made.image.layers.map(\.descriptor), tag: "debian")
    return layout.directory
  }
}
