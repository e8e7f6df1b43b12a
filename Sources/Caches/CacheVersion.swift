import Native
import OCI

/// One write of a cache, under a tag of its own: `TAG.gGENERATION.DIGITS`.
///
/// A registry cannot exchange a tag only if nobody else has moved it. So each writer leaves its manifest under a tag that
/// nobody else uses and moves the cache's own tag to it; and when both is done it lists the tags. Of two writers at the same time at
/// least the one that lists later sees the other's version, takes it in, and writes again. Whoever moves the cache's tag last
/// has seen all versions that were there before; so none gets lost, without a lock and without a clock.
struct CacheVersion: Hashable, Sendable {
  var generation: Int
  /// Of the manifest.
  var digest: Digest

  /// What all versions of a cache begin with. A tag has at most 128 characters, 64 of which are the digest's.
  static func prefix(of tag: String) throws -> String {
    let short = tag.count <= 40 ? tag : try SHA256.hash(Array(tag.utf8)).hexadecimal.prefix(40).description
    return short + ".g"
  }

  init(generation: Int, digest: Digest) {
    self.generation = generation
    self.digest = digest
  }

  /// Nil for any other tag.
  init?(tag: String, prefix: String) {
    guard tag.hasPrefix(prefix) else { return nil }
    let parts = tag.dropFirst(prefix.count).split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2, let generation = Int(parts[0]), generation > 0, let digest = Digest("sha256:\(parts[1])")
    else { return nil }
    self.init(generation: generation, digest: digest)
  }

  func tag(prefix: String) -> String { "\(prefix)\(generation).\(digest.hex)" }
}
