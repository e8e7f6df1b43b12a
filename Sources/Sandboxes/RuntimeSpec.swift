/// A bundle's `config.json`: the part of the OCI runtime specification that a RUN needs.
///
/// Source: OCI runtime specification v1.0, config.md and config-linux.md.
struct RuntimeSpec: Encodable {
  var ociVersion = "1.0.2"
  var process: Process
  var root = Root(path: "rootfs", readonly: false)
  var hostname: String
  var mounts: [Mount]
  var linux: Linux

  struct Process: Encodable {
    var terminal = false
    var user: User
    var args: [String]
    var env: [String]
    var cwd: String
    var capabilities: Capabilities
    var noNewPrivileges: Bool
    var rlimits: [ResourceLimit]?
  }

  struct ResourceLimit: Encodable {
    var type: String
    var soft: UInt64
    var hard: UInt64
  }

  struct User: Encodable {
    var uid: UInt32
    var gid: UInt32
    var additionalGids: [UInt32]
    var umask: UInt32 = 0o022
  }

  struct Capabilities: Encodable {
    var bounding: [String]
    var effective: [String]
    var permitted: [String]
  }

  struct Root: Encodable {
    var path: String
    var readonly: Bool
  }

  struct Mount: Encodable {
    var destination: String
    var type: String
    var source: String
    var options: [String]
  }

  struct Linux: Encodable {
    var namespaces: [Namespace]
    var maskedPaths: [String]
    var readonlyPaths: [String]
    var seccomp: SeccompProfile?
  }

  struct Namespace: Encodable {
    var type: String
  }
}

extension RuntimeSpec {
  /// The kernel's file systems, as every container has them.
  ///
  /// - Parameter rootless: in a user namespace, which may not mount sysfs without a network of its own, and may lack the group
  ///   of terminals.
  static func kernelMounts(rootless: Bool, hasOneUser: Bool) -> [Mount] {
    [
      Mount(destination: "/proc", type: "proc", source: "proc", options: ["nosuid", "noexec", "nodev"]),
      Mount(
        destination: "/dev", type: "tmpfs", source: "tmpfs",
        options: ["nosuid", "strictatime", "mode=755", "size=65536k"]),
      Mount(
        destination: "/dev/pts", type: "devpts", source: "devpts",
        options: ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"] + (hasOneUser ? [] : ["gid=5"])),
      Mount(
        destination: "/dev/shm", type: "tmpfs", source: "shm", options: ["nosuid", "noexec", "nodev", "mode=1777"]),
      Mount(destination: "/dev/mqueue", type: "mqueue", source: "mqueue", options: ["nosuid", "noexec", "nodev"]),
      rootless
        ? Mount(
          destination: "/sys", type: "bind", source: "/sys", options: ["rbind", "nosuid", "noexec", "nodev", "ro"])
        : Mount(destination: "/sys", type: "sysfs", source: "sysfs", options: ["nosuid", "noexec", "nodev", "ro"]),
    ]
  }

  /// - Parameters:
  ///   - mounts: all of them, the kernel's first.
  ///   - hasSeccomp: whether the runtime can filter system calls.
  init(_ command: SandboxCommand, mounts: [Mount], hasSeccomp: Bool) {
    // A runtime fails when it is to give what this process does not have.
    let own = Set(Capability.effective())
    let capabilities = (command.isPrivileged ? Capability.allCases : Capability.standard)
      .filter(own.contains).map(\.name)
    process = Process(
      user: User(uid: command.user.uid, gid: command.user.gid, additionalGids: command.user.additionalGIDs),
      args: command.arguments, env: command.environment, cwd: command.workingDirectory,
      // A user other than root keeps the bounding set alone, as exec(2) would leave it.
      capabilities: Capabilities(
        bounding: capabilities, effective: command.user.uid == 0 ? capabilities : [],
        permitted: command.user.uid == 0 ? capabilities : []),
      noNewPrivileges: !command.allowsNewPrivileges && !command.isPrivileged,
      rlimits: command.limits.resources.isEmpty
        ? nil
        : command.limits.resources.map {
          ResourceLimit(type: "RLIMIT_\($0.name.uppercased())", soft: $0.soft, hard: $0.hard)
        })
    hostname = command.hostname
    self.mounts = mounts
    if let bytes = command.limits.sharedMemory, let index = self.mounts.firstIndex(where: { $0.source == "shm" }) {
      self.mounts[index].options.append("size=\(bytes)")
    }
    var namespaces = ["pid", "ipc", "uts", "mount"]
    if command.network == .none { namespaces.append("network") }
    linux = Linux(
      namespaces: namespaces.map(Namespace.init), maskedPaths: command.isPrivileged ? [] : Self.masked,
      readonlyPaths: command.isPrivileged ? [] : Self.readonly,
      seccomp: hasSeccomp && !command.isPrivileged ? SeccompProfile() : nil)
  }

  private static let masked = [
    "/proc/acpi", "/proc/asound", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list",
    "/proc/timer_stats", "/proc/sched_debug", "/proc/scsi", "/sys/firmware",
  ]
  private static let readonly = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"]
}
