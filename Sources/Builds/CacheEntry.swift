/// One thing in the cache that can go by itself.
package struct CacheEntry: Sendable, Equatable {
  package enum Kind: String, Sendable, Equatable, CaseIterable {
    /// A layer: its blob, and its files where it is unpacked.
    case layer
    /// The folder of a `RUN --mount=type=cache`.
    case mount
  }

  package var kind: Kind
  /// A layer's digest; a mount's id.
  package var name: String
  /// The instruction that made a layer, where a step of this cache did; empty otherwise.
  package var instruction: String
  /// Bytes of all that goes with it, but for blocks that an image layout shares.
  package var size: Int
  /// Bytes of the unpacked files among these.
  package var unpackedSize: Int
  /// Seconds since 1970.
  package var lastUsed: Int
  /// Whether a build that lives uses it, or may.
  package var isInUse: Bool

  /// What is removed with it: absolute paths of files and folders. What leads to it comes first.
  var paths: [String] = []

  package init(
    kind: Kind, name: String, instruction: String, size: Int, unpackedSize: Int, lastUsed: Int, isInUse: Bool
  ) {
    self.kind = kind
    self.name = name
    self.instruction = instruction
    self.size = size
    self.unpackedSize = unpackedSize
    self.lastUsed = lastUsed
    self.isInUse = isInUse
  }
}

/// What is in the cache.
package struct CacheInventory: Sendable, Equatable {
  package var entries: [CacheEntry]
  /// How many small files there are of steps, their inputs, contexts and bases, and their bytes.
  package var records: Int
  package var recordSize: Int

  /// Bytes.
  package var size: Int { entries.reduce(recordSize) { $0 + $1.size } }
}
