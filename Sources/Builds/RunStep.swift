import Dockerfiles
import Layers
import Native
import Sandboxes

/// A RUN, its words expanded.
struct RunStep: Sendable {
  /// A mount, and for a bind mount the tree that it shows.
  struct MountedSource: Sendable {
    var mount: Mount
    var source: TreeSource?
  }

  var arguments: [String]
  /// The content of the file that is run, where the Dockerfile itself has it.
  var script: String?
  /// `NAME=value`.
  var environment: [String]
  /// The names in it that ARG has declared.
  var declared: Set<String>
  var workingDirectory: String
  /// As written; looked up in the stage.
  var user: String
  var mounts: [MountedSource]
  var network: RunInstruction.Network
  /// Whether it has all capabilities, and may make every system call.
  var isPrivileged = false
  var limits: SandboxLimits

  /// Where `script` is seen: where nothing of it stays in the layer.
  static let scriptPath = "/dev/pipes/script"

  /// What decides the step's outcome, but for the tree below: not a secret's value, nor what lies in a cache mount.
  ///
  /// Source: BuildKit's `ExecOp.CacheMap`.
  func addInputs(to hasher: inout StepKeyHasher, _ cache: BuildCache) async throws {
    try hasher.add(arguments)
    try hasher.add(script ?? "")
    try hasher.add(network.rawValue)
    if isPrivileged { try hasher.add("insecure") }
    try hasher.add(limits.description)
    try hasher.addFrame(environment.count)
    for variable in environment {
      let name = String(variable.prefix { $0 != "=" })
      try hasher.begin(declared.contains(name) ? .argument(name) : .environment(name))
      try hasher.add(variable)
    }
    try hasher.begin(.workingDirectory)
    try hasher.add(workingDirectory)
    try hasher.begin(.user)
    try hasher.add(user)
    for (number, mounted) in mounts.enumerated() {
      let mount = mounted.mount
      try hasher.begin(.mount(mount.target ?? mount.id ?? "number \(number + 1)"))
      try hasher.add([
        mount.kind.rawValue, mount.target ?? "", mount.source ?? "", mount.from ?? "", mount.id ?? "", mount.env ?? "",
        mount.isReadOnly ? "ro" : "rw", mount.isRequired ? "required" : "",
      ])
      try hasher.add([mount.mode, mount.uid, mount.gid].map { $0.map(String.init) ?? "" })
      try await hasher.add(mounted.source?.contentKey(at: mount.source ?? ".", cache))
    }
  }

  /// What the sandbox is told.
  ///
  /// - Parameter proxies: variables that count for the command alone.
  /// - Throws: `BuildError` for a user that the tree does not have.
  func command(with mounts: RunMounts, proxies: [String]) throws -> SandboxCommand {
    let users = try UserDatabase(mounts.tree)
    let identity = user.isEmpty ? .root : try users.identity(of: user)
    var variables = environment + proxies + mounts.environment
    if !variables.contains(where: { $0.hasPrefix("HOME=") }) {
      variables.append("HOME=\(users.home(of: identity.uid))")
    }
    var command = SandboxCommand(
      arguments: arguments, environment: variables, workingDirectory: workingDirectory, user: identity,
      mounts: mounts.mounts, network: network == .none ? .none : .host, isPrivileged: isPrivileged)
    try command.followLinks(in: mounts.tree)
    command.limits = limits
    return command
  }
}

extension SandboxCommand {
  /// Looks where the files of the network are in the tree.
  mutating func followLinks(in tree: TreeView) throws {
    hostsPath = try tree.resolve(Array("/etc/hosts".utf8)).description
    resolverPath = try tree.resolve(Array("/etc/resolv.conf".utf8)).description
  }
}
