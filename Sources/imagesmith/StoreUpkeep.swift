import Builds
import Glibc
import Layers
import Native

/// What is put away at the end of a build that has made something new: blobs of images that no tag leads to any more, and
/// what the cache has beyond its limit.
struct StoreUpkeep: Sendable {
  let cache: BuildCache
  /// The image layout's folder.
  let images: String

  /// Seconds that a build may wait for it; what is left is for the next one.
  private static let patience = 2

  /// Does it, unless the build has made nothing. That it cannot be done fails no build: `--verbose` tells why.
  func run() async {
    guard cache.hasGrown else { return }
    do {
      var pruning = CachePruning(limit: try Environment.cacheLimit())
      pruning.deadline = .now + .seconds(Self.patience)
      let freed = try await BlockingPool.shared.run { [pruning, cache, images] in
        // A build that only exports has no layout, and gets none.
        let hasImages = access(images + "/index.json", F_OK) == 0
        let collected = hasImages ? try ImageLayout(directory: images).collectGarbage() : 0
        try cache.snapshots.synchronize()
        let outcome = try pruning.run(on: cache)
        return collected + outcome.before - outcome.after
      }
      if freed > 0 { log.debug("\(ByteCount.text(freed)) of images and layers that nobody uses are put away") }
    } catch {
      log.debug("nothing was put away: \(error)")
    }
  }
}
