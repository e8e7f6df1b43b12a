import Glibc
import Native

/// RUN by chroot(2) alone, as any container's root may: no mount, no namespace.
///
/// The command has docker's capabilities at most, no new privileges, and an environment, user and umask of its own; what it
/// leaves running is killed. It sees the machine's processes and network. System calls are not filtered.
package struct Chroot: Sandbox {
  package var joinsLayers: Bool { false }

  package init() {}

  package func run(
    _ command: SandboxCommand, on root: RootFilesystem, workspace: Workspace,
    output: (@Sendable (UnsafeRawBufferPointer) -> Void)?
  ) async throws -> ChildProcess.Status {
    guard command.network == .host else {
      throw SandboxError(
        code: .notAllowed, message: "RUN --network=none needs a network namespace, which chroot does not make",
        hint: "take the flag away, or build where imagesmith may mount: --isolation oci or rootless")
    }
    guard command.limits.resources.isEmpty, command.limits.sharedMemory == nil else {
      throw SandboxError(
        code: .notAllowed, message: "--ulimit and --shm-size need an OCI runtime, and chroot has none",
        hint: "take them away, or build where imagesmith may mount: --isolation oci or rootless")
    }
    guard let folder = root.lower.first, root.lower.count == 1, command.mounts.isEmpty,
      let name = command.arguments.first
    else { throw SandboxError(code: .failed, message: "chroot takes one folder, and no mounts") }
    let capabilities = command.isPrivileged ? Capability.allCases : Capability.standard
    let process = ChildProcess(
      name, Array(command.arguments.dropFirst()), environment: command.environment,
      confinement: ChildProcess.Confinement(
        root: folder, directory: command.workingDirectory, uid: command.user.uid, gid: command.user.gid,
        additionalGIDs: command.user.additionalGIDs, capabilities: Capability.mask(capabilities),
        allowsNewPrivileges: command.allowsNewPrivileges || command.isPrivileged))
    do {
      return try await process.run(output: output)
    } catch let error as NativeError {
      throw SandboxError(
        code: error.errno == EPERM ? .notAllowed : .failed, message: "\(name) did not start: \(error)",
        hint: error.errno == EPERM ? "chroot needs root's CAP_SYS_CHROOT, CAP_SETUID, CAP_SETGID and CAP_SETPCAP" : nil)
    }
  }
}
