import ArgumentParser
import Builds
import FoundationEssentials
import Native
import Sandboxes

/// `imagesmith cache prune`: a smaller cache.
struct CachePruneCommand: InterruptibleCommand {
  static let configuration = CommandConfiguration(
    commandName: "prune",
    abstract: "Make the cache smaller; what was used longest ago goes first.",
    discussion: """
      Without options the cache comes down to its limit: 20 GB, or what IMAGESMITH_CACHE_MAX_SIZE says. What a running build \
      uses stays. Prints a line for each thing that goes; images in .imagesmith/images are not touched.

      Example:  imagesmith cache prune --max-size 5GB
                imagesmith cache prune --all --dry-run
                imagesmith cache prune --mounts --all
      """)

  @Option(
    name: .long,
    help: ArgumentHelp("Bytes that may stay, as 500MB, 10GB or 1.5GiB.", valueName: "size"))
  var maxSize: String?

  @Flag(name: .long, help: "Everything that no running build uses.")
  var all = false

  @Flag(name: .long, help: "Only the folders of RUN --mount=type=cache.")
  var mounts = false

  @Flag(name: .long, help: "Tell what would go, and leave it.")
  var dryRun = false

  @OptionGroup var output: OutputOptions

  /// The unpacked layers of a user who is not root belong to the ids of that user's namespace.
  func prepare() throws { RootlessEntry.enter(path: Environment.path) }

  mutating func run() async throws {
    output.apply()
    guard !all || maxSize == nil else {
      throw Failure(.usage, "--all and --max-size say two different things", hint: "leave one of them out")
    }
    let limit = try maxSize.map { try ByteCount.parse($0, option: "--max-size") } ?? Environment.cacheLimit()
    var pruning = CachePruning(limit: all ? 0 : limit)
    pruning.isDry = dryRun
    pruning.removesRecords = all && !mounts
    if mounts { pruning.kinds = [.mount] }
    let cache = try BuildCache(directory: Environment.cacheDirectory)
    let outcome = try await BlockingPool.shared.run { [pruning] in try pruning.run(on: cache) }
    if output.json { return try StandardStream.output.write(json: Report(outcome, isDry: dryRun)) }
    let now = Int(Date().timeIntervalSince1970)
    try StandardStream.output.write(outcome.removed.map { CacheListCommand.line($0, now: now) + "\n" }.joined())
    let verb = dryRun ? "would be freed" : "freed"
    Console.standard.note(
      "\(ByteCount.text(outcome.before - outcome.after)) \(verb), \(ByteCount.text(outcome.after)) left")
    if outcome.isHeldBack { log.notice("running builds use what is more than the limit") }
  }

  /// What was done, as `--json` has it. Sizes in bytes.
  private struct Report: Encodable {
    var removed: [CacheReport.Entry]
    var before: Int
    var after: Int
    var dryRun: Bool

    init(_ outcome: CachePruning.Outcome, isDry: Bool) {
      removed = outcome.removed.map(CacheReport.Entry.init)
      before = outcome.before
      after = outcome.after
      dryRun = isDry
    }
  }
}
