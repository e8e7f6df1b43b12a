import Sandboxes

/// The value of `--ulimit`, as docker has it: `NAME=SOFT[:HARD]`, -1 for no limit.
enum ResourceOption {
  /// - Throws: `Failure` for a value that is not understood, and for a soft limit above the hard one.
  static func parse(_ text: String) throws -> SandboxLimits.Resource {
    guard let match = text.wholeMatch(of: /([a-z]+)=(-1|[0-9]+)(?::(-1|[0-9]+))?/), let soft = limit(match.2),
      let hard = match.3.map({ limit($0) }) ?? soft
    else {
      throw Failure(
        .usage, "--ulimit \(text) is not understood", hint: "write --ulimit NAME=SOFT:HARD, such as nofile=1024:4096")
    }
    let name = String(match.1)
    guard SandboxLimits.Resource.names.contains(name) else {
      throw Failure(
        .usage, "--ulimit \(text): there is no limit '\(name)'",
        hint: "they are \(SandboxLimits.Resource.names.sorted().joined(separator: ", "))")
    }
    guard soft <= hard else {
      throw Failure(
        .usage, "--ulimit \(text): the soft limit is above the hard one", hint: "write --ulimit \(name)=SOFT:HARD")
    }
    return SandboxLimits.Resource(name: name, soft: soft, hard: hard)
  }

  private static func limit(_ text: Substring) -> UInt64? { text == "-1" ? .max : UInt64(text) }
}
