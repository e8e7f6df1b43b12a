import Dockerfiles

/// The variables that a stage's instructions see: ARG from where it stands, ENV over it.
///
/// Source: Dockerfile reference, "Environment replacement" and "Scope" of ARG.
struct StageScope: Sendable {
  /// Values given from outside, by `--build-arg`.
  let given: [String: String]
  /// The values of ARGs before the first FROM, and the platform's.
  let globals: [String: String]
  /// The ARGs declared so far that have a value, in order.
  private(set) var arguments: [(name: String, value: String)] = []

  init(given: [String: String], globals: [String: String]) {
    self.given = given
    self.globals = globals
    // Proxies need no ARG.
    for name in PredefinedArgs.proxy.sorted() {
      if let value = given[name] { arguments.append((name, value)) }
    }
  }

  /// Declares an ARG: the value from outside, else the default, else the one of an ARG before the first FROM.
  mutating func declare(_ name: String, default value: String?) {
    guard let value = given[name] ?? value ?? globals[name] else { return }
    arguments.removeAll { $0.name == name }
    arguments.append((name, value))
  }

  /// The value of a variable, where `environment` is the image's: `NAME=value`.
  func value(of name: String, environment: [String]) -> String? {
    let prefix = name + "="
    if let entry = environment.last(where: { $0.hasPrefix(prefix) }) { return String(entry.dropFirst(prefix.count)) }
    return arguments.first { $0.name == name }?.value
  }

  /// What a RUN sees: the image's environment, and the ARGs that it does not hide.
  func environment(over environment: [String]) -> [String] {
    let names = Set(environment.map { $0.prefix { $0 != "=" } })
    let visible = arguments.filter { !names.contains($0.name[...]) }.map { "\($0.name)=\($0.value)" }
    var all = environment + visible
    if !names.contains("PATH") { all.append("PATH=\(Self.standardPath)") }
    return all
  }

  /// Where programs are looked for in an image that sets no PATH; Docker's.
  static let standardPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
}
