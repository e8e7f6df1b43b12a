import Builds

/// The cache as `--json` has it. Sizes are in bytes, times in seconds since 1970.
struct CacheReport: Encodable {
  struct Entry: Encodable {
    var kind: String
    var name: String
    var instruction: String?
    var size: Int
    var unpackedSize: Int
    var lastUsed: Int
    var inUse: Bool

    init(_ entry: CacheEntry) {
      kind = entry.kind.rawValue
      name = entry.name
      instruction = entry.instruction.isEmpty ? nil : entry.instruction
      size = entry.size
      unpackedSize = entry.unpackedSize
      lastUsed = entry.lastUsed
      inUse = entry.isInUse
    }
  }

  var directory: String
  var entries: [Entry]
  var records: Int
  var recordSize: Int
  /// All together.
  var size: Int

  init(_ inventory: CacheInventory, directory: String) {
    self.directory = directory
    entries = inventory.entries.map(Entry.init)
    records = inventory.records
    recordSize = inventory.recordSize
    size = inventory.size
  }
}
