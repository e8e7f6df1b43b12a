import ArgumentParser
import Builds

/// The options that every build takes.
struct BuildOptions: ParsableArguments {
  @Flag(name: .long, help: "Do every step anew.")
  var noCache = false

  @Flag(name: .long, help: "Make or fetch the base anew; what stands on it is built again if it has changed.")
  var pull = false

  @Option(
    name: .long,
    help: ArgumentHelp(
      "A secret for RUN --mount=type=secret: id=ID,src=FILE or id=ID,env=NAME. May be given several times.",
      valueName: "secret"))
  var secret: [String] = []

  @Option(
    name: .long, help: ArgumentHelp("The value of an ARG. May be given several times.", valueName: "name=value"))
  var buildArg: [String] = []

  /// Puts what the options say into a request.
  ///
  /// - Throws: `Failure` for a value that is not understood.
  func apply(to request: inout BuildRequest) throws {
    request.usesCache = !noCache
    request.pullsBases = pull
    request.epoch = try Environment.epoch(or: BuildRequest.standardEpoch)
    request.secrets = HostSecrets.all.merging(
      try Dictionary(secret.map(SecretOption.parse), uniquingKeysWith: { $1 })
    ) { $1 }
    request.arguments = ["SOURCE_DATE_EPOCH": String(request.epoch)].merging(
      try NameValue.pairs(buildArg, option: "--build-arg", elsewhere: Environment.variables)
    ) { $1 }
  }
}

/// The value of `--secret`, as docker has it.
enum SecretOption {
  /// - Throws: `Failure` for a value that names no id, or neither a file nor a variable.
  static func parse(_ text: String) throws -> (String, Secret) {
    var fields: [String: String] = [:]
    for field in text.split(separator: ",") {
      let parts = field.split(separator: "=", maxSplits: 1).map(String.init)
      guard parts.count == 2 else { throw usage(text) }
      fields[parts[0]] = parts[1]
    }
    guard let id = fields["id"] else { throw usage(text) }
    if let file = fields["src"] ?? fields["source"] { return (id, .file(file)) }
    let name = fields["env"] ?? id
    guard let value = Environment.variables[name] else {
      throw Failure(.usage, "--secret id=\(id): the variable \(name) is not set", hint: "set it, or give src=FILE")
    }
    return (id, .value(Array(value.utf8)))
  }

  private static func usage(_ text: String) -> Failure {
    Failure(
      .usage, "--secret \(text.prefix { $0 != "=" })… is not understood",
      hint: "write id=ID,src=FILE or id=ID,env=NAME")
  }
}

/// The values of an option that takes `NAME=VALUE`.
enum NameValue {
  /// - Parameter elsewhere: where a name without a value finds it; a name that is not there either is left out.
  /// - Throws: `Failure` for a value without a name.
  static func pairs(
    _ texts: [String], option: String, elsewhere: [String: String]? = nil
  ) throws -> [String: String] {
    var pairs: [String: String] = [:]
    for text in texts {
      let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard let name = parts.first, !name.isEmpty, parts.count == 2 || elsewhere != nil else {
        throw Failure(.usage, "\(option) \(text) is not understood", hint: "write \(option) NAME=VALUE")
      }
      pairs[name] = parts.count == 2 ? parts[1] : elsewhere?[name]
    }
    return pairs
  }
}
