import Glibc
import Native

/// The value of `--ssh`, as docker has it: `default`, or `ID=SOCKET`.
enum AgentOption {
  /// - Returns: the id, and the path of the agent's socket: `SSH_AUTH_SOCK`, where none is given.
  /// - Throws: `Failure` where there is no agent.
  static func parse(_ text: String) throws -> (String, String) {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    guard let id = parts.first, !id.isEmpty else {
      throw Failure(.usage, "--ssh \(text) is not understood", hint: "write --ssh default, or --ssh ID=SOCKET")
    }
    guard let path = parts.count == 2 ? parts[1] : Environment["SSH_AUTH_SOCK"] else {
      throw Failure(
        .usage, "--ssh \(text): there is no SSH agent, as SSH_AUTH_SOCK is not set",
        hint: "start one: eval $(ssh-agent) && ssh-add")
    }
    guard let status = try FileStatus.of(Array(path.utf8)) else {
      throw Failure(.usage, "--ssh \(text): \(path) is not there", hint: "name the socket of an SSH agent")
    }
    guard status.kind != .file else {
      throw Failure(
        .usage, "--ssh \(text): \(path) is a file, and no agent's socket",
        hint: "give a key to an agent: eval $(ssh-agent) && ssh-add \(path), then --ssh \(id)")
    }
    return (id, path)
  }
}
