import Dockerfiles
import FoundationEssentials
import Glibc
import Layers
import Native
import OCI
import Sandboxes

/// A RUN, its words expanded.
struct RunStep: Sendable {
  var arguments: [String]
  /// `NAME=value`; of secrets that go into the environment, the names only are in `mounts`.
  var environment: [String]
  var workingDirectory: String
  /// As written; looked up in the stage.
  var user: String
  var mounts: [Mount]
  /// What each bind mount shows: the folders of its tree, lowest first, and a key that stands for their content.
  var trees: [Int: (directories: [String], key: StepKey)]
  var network: RunInstruction.Network

  /// What decides the step's outcome, but for the tree below. A secret's value is not part of it.
  func addInputs(to hasher: inout StepKeyHasher) throws {
    try hasher.add(arguments)
    try hasher.add(environment)
    try hasher.add([workingDirectory, user, network.rawValue])
    for (number, mount) in mounts.enumerated() {
      try hasher.add([
        mount.kind.rawValue, mount.target ?? "", mount.source ?? "", mount.from ?? "", mount.id ?? "", mount.env ?? "",
        mount.isReadOnly ? "ro" : "rw",
      ])
      try hasher.add(trees[number]?.key)
    }
  }

  /// What the sandbox is told, once the tree is there.
  ///
  /// - Parameters:
  ///   - secrets: what `--secret` gave, by id.
  ///   - area: the step's own folder.
  /// - Throws: `BuildError` for a user that the tree does not have, or a required secret that was not given.
  func command(
    in tree: TreeView, secrets: [String: Secret], area: WorkArea, cache: BuildCache,
    secretFolder: borrowing SecretFolder
  ) throws -> SandboxCommand {
    var environment = environment
    var sandboxMounts: [SandboxMount] = []
    for (number, mount) in mounts.enumerated() {
      let target = absolute(mount.target ?? workingDirectory)
      switch mount.kind {
      case .bind:
        guard let directories = trees[number]?.directories else { continue }
        guard let node = try TreeView(directories).find(mount.source ?? ".") else {
          throw BuildError(
            code: .input, message: "RUN --mount: \(mount.source ?? ".") is not in \(mount.from ?? "the build context")")
        }
        sandboxMounts.append(
          SandboxMount(
            .tree(lower: directories, path: String(decoding: node.path.bytes, as: UTF8.self)), at: target,
            isReadOnly: mount.isReadOnly))
      case .cache:
        let folder = try cache.mount(
          mount.id ?? target, mode: mount.mode ?? 0o755, uid: mount.uid ?? 0, gid: mount.gid ?? 0)
        sandboxMounts.append(SandboxMount(.directory(folder), at: target, isReadOnly: mount.isReadOnly))
      case .tmpfs:
        let size = mount.size.map(Int.init)
        sandboxMounts.append(SandboxMount(.tmpfs(size: size, mode: 0o1777), at: target, isReadOnly: false))
      case .secret:
        let id = mount.id ?? mount.source ?? mount.target?.split(separator: "/").last.map(String.init) ?? ""
        guard let secret = secrets[id] else {
          guard !mount.isRequired else {
            throw BuildError(
              code: .input, message: "the secret \(id) is required and was not given",
              hint: "pass --secret id=\(id),src=FILE or --secret id=\(id),env=NAME")
          }
          continue
        }
        let value = try secret.bytes(id: id)
        if let name = mount.env { environment.append("\(name)=\(String(decoding: value, as: UTF8.self))") }
        guard mount.env == nil || mount.target != nil else { continue }
        let file = try secretFolder.write(
          value, mode: mount.mode ?? 0o400, uid: mount.uid ?? 0, gid: mount.gid ?? 0)
        sandboxMounts.append(
          SandboxMount(.file(file), at: mount.target.map(absolute) ?? "/run/secrets/\(id)", isReadOnly: true))
      case .ssh:
        guard !mount.isRequired else {
          throw BuildError(
            code: .unsupported, message: "RUN --mount=type=ssh needs an agent, which this version does not forward",
            hint: "give the key as a secret: RUN --mount=type=secret,id=ssh_key")
        }
      }
    }
    return SandboxCommand(
      arguments: arguments, environment: environment, workingDirectory: workingDirectory,
      user: user.isEmpty ? .root : try UserDatabase(tree).identity(of: user), mounts: sandboxMounts,
      network: network == .none ? .none : .host)
  }

  private func absolute(_ path: String) -> String {
    path.hasPrefix("/") ? path : workingDirectory + "/" + path
  }
}

extension Secret {
  /// The value.
  ///
  /// - Throws: `BuildError` with code `input` when its file cannot be read.
  func bytes(id: String) throws(BuildError) -> [UInt8] {
    switch self {
    case .value(let bytes): return bytes
    case .file(let path):
      guard let data = try? Data(contentsOf: URL(filePath: path)) else {
        throw BuildError(
          code: .input, message: "the secret \(id) cannot be read from \(path)", hint: "is the file there?")
      }
      return Array(data)
    }
  }
}

/// The files that show secrets to one RUN: in memory where the machine has such a place, and gone when the RUN is.
struct SecretFolder: ~Copyable {
  private let path: String

  init(area: WorkArea) throws {
    path = try Self.make(in: access("/dev/shm", W_OK) == 0 ? "/dev/shm" : area.path)
  }

  private static func make(in parent: String) throws -> String {
    let path = try "\(parent)/imagesmith-\(getpid())-\(RandomBytes.make(count: 8).hexadecimal)"
    guard mkdir(path, 0o700) == 0 else { throw NativeError(failed: "make \(path)") }
    return path
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }

  /// Writes one secret and returns its file's path.
  func write(_ bytes: [UInt8], mode: UInt32, uid: UInt32, gid: UInt32) throws -> String {
    let file = try "\(path)/\(RandomBytes.make(count: 8).hexadecimal)"
    let descriptor = try FileDescriptor.open(file, O_WRONLY | O_CREAT | O_EXCL, mode: 0o600)
    try descriptor.write(bytes)
    guard fchown(descriptor.raw, uid, gid) == 0, fchmod(descriptor.raw, mode_t(mode)) == 0 else {
      throw NativeError(failed: "prepare a secret")
    }
    return file
  }
}
