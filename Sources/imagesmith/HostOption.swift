import Glibc
import Sandboxes

/// The value of `--add-host`, as docker has it: `NAME:ADDRESS` or `NAME=ADDRESS`.
enum HostOption {
  /// - Throws: `Failure` for a value without a name, or whose address is none.
  static func parse(_ text: String) throws -> SandboxLimits.Host {
    let parts = text.split(maxSplits: 1, omittingEmptySubsequences: false) { $0 == "=" || $0 == ":" }.map(String.init)
    guard parts.count == 2, parts[0].wholeMatch(of: /[A-Za-z0-9_][A-Za-z0-9_.\-]*/) != nil,
      let address = address(parts[1])
    else {
      throw Failure(
        .usage, "--add-host \(text) is not understood", hint: "write --add-host NAME:ADDRESS, such as db:10.0.0.5")
    }
    return SandboxLimits.Host(name: parts[0], address: address)
  }

  private static func address(_ text: String) -> String? {
    // A RUN that has the machine's network reaches the machine here.
    if text == "host-gateway" { return "127.0.0.1" }
    let bare = text.hasPrefix("[") && text.hasSuffix("]") ? String(text.dropFirst().dropLast()) : text
    var bytes = in6_addr()
    return [AF_INET, AF_INET6].contains { inet_pton($0, bare, &bytes) == 1 } ? bare : nil
  }
}
