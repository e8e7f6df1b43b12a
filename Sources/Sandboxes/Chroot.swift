import Glibc
import Native

/// RUN by chroot(2) alone, as any container's root may: no mount, no namespace.
///
/// The command has docker's capabilities at most, no new privileges, and an environment, user and umask of its own; what it
/// leaves running is killed. It sees the machine's processes and network. System calls are not filtered.
package struct Chroot: Sandbox {
  package var joinsLayers: Bool { false }

  package init() {}

  /// By the kernel's number. Source: Linux, include/uapi/asm-generic/resource.h.
  private static let resources = [
    "cpu", "fsize", "data", "stack", "core", "rss", "nproc", "nofile", "memlock", "as", "locks", "sigpending",
    "msgqueue", "nice", "rtprio", "rttime",
  ]

  package func run(
    _ command: SandboxCommand, on root: RootFilesystem, workspace: Workspace,
    output: (@Sendable (UnsafeRawBufferPointer) -> Void)?
  ) async throws -> ChildProcess.Status {
    guard command.network == .host else {
      throw SandboxError(
        code: .notAllowed, message: "RUN --network=none needs a network namespace, which chroot does not make",
        hint: "take the flag away, or build where imagesmith may mount: --isolation oci or rootless")
    }
    guard command.limits.sharedMemory == nil else {
      throw SandboxError(
        code: .notAllowed, message: "--shm-size needs a mount, which chroot does not make",
        hint: "take it away, or build where imagesmith may mount: --isolation oci or rootless")
    }
    guard let folder = root.lower.first, root.lower.count == 1, command.mounts.isEmpty,
      let name = command.arguments.first
    else { throw SandboxError(code: .failed, message: "chroot takes one folder, and no mounts") }
    let capabilities = command.isPrivileged ? Capability.allCases : Capability.standard
    var confinement = ChildProcess.Confinement(
      root: folder, directory: command.workingDirectory, uid: command.user.uid, gid: command.user.gid,
      additionalGIDs: command.user.additionalGIDs, capabilities: Capability.mask(capabilities),
      allowsNewPrivileges: command.allowsNewPrivileges || command.isPrivileged)
    confinement.limits = command.limits.resources.compactMap { limit in
      Self.resources.firstIndex(of: limit.name).map { (resource: Int32($0), soft: limit.soft, hard: limit.hard) }
    }
    let process = ChildProcess(
      name, Array(command.arguments.dropFirst()), environment: command.environment,
      confinement: confinement)
    do {
      return try await process.run(output: output)
    } catch let error as NativeError {
      throw SandboxError(
        code: error.errno == EPERM ? .notAllowed : .failed, message: "\(name) did not start: \(error)",
        hint: error.errno == EPERM ? "chroot needs root's CAP_SYS_CHROOT, CAP_SETUID, CAP_SETGID and CAP_SETPCAP" : nil)
    }
  }
}
