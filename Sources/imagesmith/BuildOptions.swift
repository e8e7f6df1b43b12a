import ArgumentParser
import Builds

/// The options that every build takes.
struct BuildOptions: ParsableArguments {
  @Flag(name: .long, help: "Do every step anew.")
  var noCache = false

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Do the steps of this stage anew; its name or its number. May be given several times.", valueName: "stage"))
  var noCacheFilter: [String] = []

  @Flag(name: .long, help: "Make or fetch the base anew; what stands on it is built again if it has changed.")
  var pull = false

  @Flag(name: .long, help: "Say of each step why it came from the cache, or which of its inputs has changed.")
  var explain = false

  @Option(
    name: .long,
    help: ArgumentHelp(
      "The value of an ARG; a name alone takes it from the environment. May be given several times.",
      valueName: "name[=value]"))
  var buildArg: [String] = []

  @Option(
    name: .long,
    help: ArgumentHelp(
      "How the build is shown on stderr: a live display (tty), lines (plain), JSON, or what fits (auto).",
      valueName: "mode"))
  var progress = ProgressMode.auto

  @OptionGroup(title: "CACHES OF OTHER MACHINES") var caches: CacheOptions
  @OptionGroup(title: "WHAT RUN GETS") var run: RunOptions
  @OptionGroup(title: "LAYERS") var layers: CompressionOptions

  @OptionGroup var isolation: IsolationOptions

  /// Puts what the options say into a request.
  ///
  /// - Throws: `Failure` for a value that is not understood.
  func apply(to request: inout BuildRequest) throws {
    request.usesCache = !noCache
    request.uncachedStages = Set(noCacheFilter.flatMap { $0.split(separator: ",") }.map { $0.lowercased() })
    request.pullsBases = pull
    request.explains = explain
    request.allowsInsecure = isolation.allowsInsecure
    request.epoch = try Environment.epoch(or: BuildRequest.standardEpoch)
    request.arguments = ["SOURCE_DATE_EPOCH": String(request.epoch)].merging(try arguments()) { $1 }
    request.compression = try layers.compression(or: request.compression)
    try run.apply(to: &request)
  }

  /// `--build-arg`.
  func arguments() throws -> [String: String] {
    try NameValue.pairs(buildArg, option: "--build-arg", elsewhere: Environment.variables)
  }
}
