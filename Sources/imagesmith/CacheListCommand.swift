import ArgumentParser
import Builds
import FoundationEssentials
import Native

/// `imagesmith cache list`: what is in the cache.
struct CacheListCommand: InterruptibleCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List what the cache holds, the largest first.",
    discussion: """
      A line for each layer and each folder of RUN --mount=type=cache: size, how long ago it was used, and the instruction \
      that made the layer, or the id of the folder. A star marks what a running build uses. The size of a layer is that of \
      its blob and of its unpacked files.

      Example:  imagesmith cache list --oldest
      """)

  @Flag(name: .long, help: "What was used longest ago first, as prune takes it.")
  var oldest = false

  @OptionGroup var output: OutputOptions

  mutating func run() async throws {
    output.apply()
    let cache = try BuildCache(directory: Environment.cacheDirectory)
    var inventory = try cache.inventory()
    if oldest { inventory.entries.sort { $0.lastUsed < $1.lastUsed } }
    guard !output.json else {
      return try StandardStream.output.write(json: CacheReport(inventory, directory: cache.directory))
    }
    let now = Int(Date().timeIntervalSince1970)
    try StandardStream.output.write(inventory.entries.map { Self.line($0, now: now) + "\n" }.joined())
    let records = "\(inventory.records) records of steps, \(ByteCount.text(inventory.recordSize))"
    Console.standard.note("\(ByteCount.text(inventory.size)) in \(cache.directory), of which \(records)")
  }

  /// Columns that stand below each other.
  static func line(_ entry: CacheEntry, now: Int) -> String {
    let size = ByteCount.text(entry.size)
    let age = ElapsedTime.text(seconds: now - entry.lastUsed) + (entry.isInUse ? "*" : " ")
    let what =
      switch entry.kind {
      case .mount: "cache mount \(entry.name)"
      case .layer: "\(shortened(entry.name))  \(entry.instruction.isEmpty ? "of a base" : oneLine(entry.instruction))"
      }
    return [padded(size, to: 8), padded(age, to: 8), what].joined(separator: "  ")
  }

  private static func padded(_ text: String, to width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }

  private static func shortened(_ digest: String) -> String {
    String(digest.drop { $0 != ":" }.dropFirst().prefix(12))
  }

  private static func oneLine(_ text: String) -> String {
    let words = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    return words.count > 90 ? words.prefix(89) + "…" : words
  }
}
