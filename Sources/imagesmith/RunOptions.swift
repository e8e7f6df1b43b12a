import ArgumentParser
import Builds
import Dockerfiles
import Sandboxes

/// The options about what RUN gets.
struct RunOptions: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      "A secret for RUN --mount=type=secret: id=ID,src=FILE or id=ID,env=NAME. May be given several times.",
      valueName: "secret"))
  var secret: [String] = []

  @Option(
    name: .long,
    help: ArgumentHelp(
      "An SSH agent for RUN --mount=type=ssh and for git: default, or ID=SOCKET. May be given several times.",
      valueName: "id[=socket]"))
  var ssh: [String] = []

  @Option(
    name: .long, help: ArgumentHelp("The network of RUN: default, none, or host, the machine's.", valueName: "mode"))
  var network: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "A line in RUN's /etc/hosts, such as db:10.0.0.5. May be given several times.", valueName: "name:address"))
  var addHost: [String] = []

  @Option(name: .long, help: ArgumentHelp("The size of RUN's /dev/shm, such as 256m.", valueName: "bytes"))
  var shmSize: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "A limit of RUN's, such as nofile=1024:4096. May be given several times.", valueName: "name=soft[:hard]"))
  var ulimit: [String] = []

  /// By id.
  func secrets() throws -> [String: Secret] {
    try Dictionary(secret.map(SecretOption.parse), uniquingKeysWith: { $1 })
  }

  /// The sockets of SSH agents, by id.
  func agents() throws -> [String: String] {
    try Dictionary(ssh.map(AgentOption.parse), uniquingKeysWith: { $1 })
  }

  /// - Throws: `Failure` for a value that is not understood.
  func apply(to request: inout BuildRequest) throws {
    request.secrets = HostSecrets.all.merging(try secrets()) { $1 }
    request.agents = try agents()
    if let network {
      guard let mode = RunInstruction.Network(rawValue: network) else {
        throw Failure(
          .usage, "--network \(network): there is no such network for RUN",
          hint: "write --network default, none or host")
      }
      request.network = mode
    }
    request.limits.hosts = try addHost.map(HostOption.parse)
    request.limits.resources = try ulimit.map(ResourceOption.parse)
    if let shmSize {
      guard let bytes = ByteSize.parse(shmSize), bytes > 0 else {
        throw Failure(.usage, "--shm-size \(shmSize) is no size", hint: "write --shm-size 64m")
      }
      request.limits.sharedMemory = Int(bytes)
    }
  }
}
