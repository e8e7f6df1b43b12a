import FoundationEssentials
import Glibc
import Native

/// RUN by crun or runc, in an overlay of the image's layers: as root of the machine, or of a user namespace that this process
/// is in.
///
/// The runtime runs as the first process of namespaces that are this program's own: the overlay and every other mount
/// exist there alone, and end, with all processes, when the runtime does, or when this program dies.
package struct OCIRuntime: Sandbox {
  /// The path of the runtime.
  package let program: String
  /// Whether it can filter system calls, as every runtime of a distribution can.
  let hasSeccomp: Bool
  package var joinsLayers: Bool { true }

  package init(program: String, hasSeccomp: Bool = true) {
    self.program = program
    self.hasSeccomp = hasSeccomp
  }

  /// The first of crun and runc that is installed, in the folders of `path` or where Debian puts them, which need not be
  /// in the path of a user with sudo.
  ///
  /// - Throws: `SandboxError` with code `noRuntime` when there is none.
  package static func find(
    path: String, also others: [String] = ["/usr/sbin", "/sbin"]
  ) throws(SandboxError) -> OCIRuntime {
    let folders = path.split(separator: ":").map(String.init) + others
    for name in ["crun", "runc"] {
      for folder in folders where access("\(folder)/\(name)", X_OK) == 0 {
        return OCIRuntime(program: "\(folder)/\(name)")
      }
    }
    throw SandboxError(
      code: .noRuntime, message: "RUN needs an OCI runtime, and neither crun nor runc is installed",
      hint: "apt-get install crun")
  }

  package func run(
    _ command: SandboxCommand, on root: RootFilesystem, workspace: Workspace,
    output: (@Sendable (UnsafeRawBufferPointer) -> Void)?
  ) async throws -> ChildProcess.Status {
    let bundle = try RuntimeBundle(command, root, workspace, hasSeccomp: hasSeccomp)
    let log = workspace.path + "/runtime.log"
    var arguments = ["--root", workspace.path + "/state", "--log", log, "--log-format", "json"]
    if program.hasSuffix("crun") { arguments.append("--cgroup-manager=disabled") }
    arguments += ["run", "--bundle", workspace.path, "imagesmith-\(getpid())"]
    let process = ChildProcess(
      program, arguments, environment: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
      directory: workspace.path, mounts: bundle.hostMounts, isolatesProcesses: true,
      cancellationSignal: command.stopSignal ?? SIGKILL)
    let status: ChildProcess.Status
    do {
      status = try await process.run(output: output)
    } catch let error as NativeError {
      throw explain(error)
    }
    if status != .exited(0), let reason = failure(in: log) {
      throw SandboxError(code: .failed, message: "\(command.arguments.first ?? "the command") did not start: \(reason)")
    }
    return status
  }

  /// What the runtime itself had to say; a command that merely failed leaves its log empty.
  private func failure(in log: String) -> String? {
    struct Line: Decodable {
      var msg: String
      var level: String?
    }
    guard let text = try? String(contentsOfFile: log, encoding: .utf8) else { return nil }
    let lines = text.split(separator: "\n").compactMap { try? JSONDecoder().decode(Line.self, from: Data($0.utf8)) }
    return lines.last { $0.level == "error" }?.msg
  }

  private func explain(_ error: NativeError) -> SandboxError {
    let isForbidden = error.errno == EPERM || error.errno == EACCES
    return SandboxError(
      code: isForbidden ? .notAllowed : .failed, message: "cannot prepare a RUN: \(error)",
      hint: isForbidden
        ? "RUN over overlayfs needs root with mounts allowed: try --isolation chroot, or run the container privileged"
        : nil)
  }
}
