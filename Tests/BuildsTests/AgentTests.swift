import Foundation
import Testing

@testable import Builds

/// `RUN --mount=type=ssh`, with a real agent.
@Suite(.enabled(if: geteuid() == 0 && access("/usr/bin/ssh-agent", X_OK) == 0, "needs ssh-agent"))
struct AgentTests {
  /// An agent with one key, which ends with the object.
  private final class Agent {
    let folder: TemporaryFolder
    let process = Process()
    var socket: String { folder.path + "/s" }

    init() throws {
      // A socket's path has room for 107 characters.
      folder = try TemporaryFolder(in: "/tmp")
      process.executableURL = URL(filePath: "/usr/bin/ssh-agent")
      process.arguments = ["-D", "-a", socket]
      process.standardOutput = FileHandle.nullDevice
      try process.run()
      // 2 says that nobody answers yet.
      let wait = "until SSH_AUTH_SOCK=$0 ssh-add -l; test $? -ne 2; do sleep 0.01; done"
      try #require(try Shell.run(["timeout", "60", "sh", "-c", wait, socket]).code == 0)
      let key = folder.path + "/key"
      try #require(
        try Shell.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "the key", "-f", key]).code == 0)
      try #require(try Shell.run(["env", "SSH_AUTH_SOCK=\(socket)", "ssh-add", "-q", key]).code == 0)
    }

    deinit {
      // It may have SIGTERM blocked, as this thread has.
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
    }
  }

  /// The base's tools know no sockets, so that the machine's own ssh-add is mounted with what it needs.
  private static let tools = """
    FROM localhost/tiny AS tools
    COPY --from=machine . /
    FROM localhost/tiny
    COPY --from=tools /ssh /ssh
    """

  private func bench() throws -> (Workbench, TemporaryFolder) {
    let machine = try TemporaryFolder()
    let script = """
      set -eu
      mkdir -p "$1/ssh"
      cp /usr/bin/ssh-add "$1/ssh/"
      for library in $(ldd /usr/bin/ssh-add | grep -o '/[^ ]*'); do cp -L "$library" "$1/ssh/"; done
      """
    try #require(try Shell.run(["sh", "-c", script, "sh", machine.path]).code == 0)
    return (try Workbench(), machine)
  }

  @Test("the agent answers a RUN, of root and of others; nothing of it stays")
  func forwarded() async throws {
    let agent = try Agent()
    let (bench, machine) = try bench()
    let made = try await bench.build(
      """
      \(Self.tools)
      ENV LD_LIBRARY_PATH=/ssh
      RUN --mount=type=ssh /ssh/ssh-add -l && echo $SSH_AUTH_SOCK
      USER app
      RUN --mount=type=ssh,uid=1000,target=/tmp/agent stat -c '%a %u' $SSH_AUTH_SOCK && /ssh/ssh-add -l
      """
    ) {
      $0.namedContexts["machine"] = .directory(machine.path)
      $0.agents["default"] = agent.socket
    }
    #expect(made.output.matches(of: /the key \(ED25519\)/).count == 2, "\(made.output)")
    #expect(made.output.contains("/run/buildkit/ssh_agent.0\n600 1000\n"))
    #expect(try await made.status("/run/buildkit") == nil)
    #expect(try bench.isClean)
  }

  @Test("an agent that was not given: nothing where it is not required, else an error; one that is not there")
  func missing() async throws {
    let made = try await Workbench().build("FROM localhost/tiny\nRUN --mount=type=ssh echo \"[$SSH_AUTH_SOCK]\"\n")
    #expect(made.output == "[]\n")
    let required = try await Workbench().failure("FROM localhost/tiny\nRUN --mount=type=ssh,id=x,required true\n")
    #expect(required.code == .input && required.hint == "pass --ssh x=$SSH_AUTH_SOCK")
    let gone = try await Workbench().failure("FROM localhost/tiny\nRUN --mount=type=ssh true\n") {
      $0.agents["default"] = "/nonexistent/agent"
    }
    #expect(gone.message.contains("no SSH agent at /nonexistent/agent"))
  }
}
