import ArgumentParser

/// `imagesmith cache`: what the cache holds, and less of it.
struct CacheCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cache",
    abstract: "See what the local cache holds; make it smaller.",
    discussion: """
      The cache is at $IMAGESMITH_HOME, else $XDG_CACHE_HOME/imagesmith, else ~/.cache/imagesmith. It holds the layers that \
      steps have made, packed and unpacked, and the folders of RUN --mount=type=cache. At the end of a build it is brought \
      down to 20 GB, or to what IMAGESMITH_CACHE_MAX_SIZE says; what was used longest ago goes first.

      Example:  imagesmith cache list
                imagesmith cache prune --max-size 5GB
      """,
    subcommands: [CacheListCommand.self, CachePruneCommand.self], defaultSubcommand: CacheListCommand.self)
}
