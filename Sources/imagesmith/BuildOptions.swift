import ArgumentParser
import Builds

/// The options that every build takes.
struct BuildOptions: ParsableArguments {
  @Flag(name: .long, help: "Do every step anew.")
  var noCache = false

  @Flag(name: .long, help: "Make or fetch the base anew; what stands on it is built again if it has changed.")
  var pull = false

  @Flag(name: .long, help: "Say of each step why it came from the cache, or which of its inputs has changed.")
  var explain = false

  @Option(
    name: .long,
    help: ArgumentHelp(
      "A secret for RUN --mount=type=secret: id=ID,src=FILE or id=ID,env=NAME. May be given several times.",
      valueName: "secret"))
  var secret: [String] = []

  @Option(
    name: .long, help: ArgumentHelp("The value of an ARG. May be given several times.", valueName: "name=value"))
  var buildArg: [String] = []

  @OptionGroup var isolation: IsolationOptions

  /// Puts what the options say into a request.
  ///
  /// - Throws: `Failure` for a value that is not understood.
  func apply(to request: inout BuildRequest) throws {
    request.usesCache = !noCache
    request.pullsBases = pull
    request.explains = explain
    request.allowsInsecure = isolation.allowsInsecure
    request.epoch = try Environment.epoch(or: BuildRequest.standardEpoch)
    request.secrets = HostSecrets.all.merging(
      try Dictionary(secret.map(SecretOption.parse), uniquingKeysWith: { $1 })
    ) { $1 }
    request.arguments = ["SOURCE_DATE_EPOCH": String(request.epoch)].merging(try arguments()) { $1 }
  }

  /// `--build-arg`.
  func arguments() throws -> [String: String] {
    try NameValue.pairs(buildArg, option: "--build-arg", elsewhere: Environment.variables)
  }
}
