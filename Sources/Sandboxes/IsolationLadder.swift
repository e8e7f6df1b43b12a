import Glibc
import Native
import Synchronization

/// Finds how RUN can be run on this machine, once for a build: when the first RUN has to.
package actor IsolationLadder {
  private let isolation: Isolation
  private let path: String
  private let folder: String
  private let notice: @Sendable (String) -> Void
  private var found: Task<any Sandbox, any Error>?

  /// - Parameters:
  ///   - path: where runtimes are looked for.
  ///   - folder: where commands' upper layers will be: what a file system can decides as well.
  ///   - notice: is told when `auto` has come down to chroot, and why.
  package init(
    _ isolation: Isolation, path: String, folder: String, notice: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    self.isolation = isolation
    self.notice = notice
    self.path = path
    self.folder = folder
  }

  /// What runs commands here.
  ///
  /// - Throws: `SandboxError` that says of each rung why it fails, and what to do.
  package func sandbox() async throws -> any Sandbox {
    if let found { return try await found.value }
    let task = Task { try await probe() }
    found = task
    return try await task.value
  }

  /// Why a rung cannot be used.
  private struct Obstacle: Error {
    var rung: Isolation
    var reason: String
    var code = SandboxError.Code.notAllowed
  }

  private func probe() async throws -> any Sandbox {
    var obstacles: [Obstacle] = []
    for rung in isolation == .auto ? [.oci, .rootless, .chroot] : [isolation] {
      do {
        let sandbox = try await sandbox(on: rung)
        if rung == .chroot, let first = obstacles.first {
          notice("RUN is kept from the machine by chroot alone: \(first.rung.rawValue): \(first.reason)")
        }
        return sandbox
      } catch let obstacle as Obstacle {
        obstacles.append(obstacle)
      }
    }
    throw refusal(obstacles)
  }

  private func sandbox(on rung: Isolation) async throws -> any Sandbox {
    let isNamespace = UserNamespace.isEntered
    switch rung {
    case .oci:
      guard geteuid() == 0, !isNamespace else { throw Obstacle(rung: rung, reason: "this user is not root") }
      return try await runtime(on: rung)
    case .rootless:
      if let failure = RootlessEntry.failure { throw Obstacle(rung: rung, reason: failure) }
      guard isNamespace else {
        throw Obstacle(
          rung: rung, reason: geteuid() == 0 ? "this user is root already" : "the user namespace was not entered")
      }
      return try await runtime(on: rung)
    case .chroot, .auto:
      guard geteuid() == 0 else { throw Obstacle(rung: rung, reason: "this user is not root") }
      guard Capability.isEffective(.sysChroot) else {
        throw Obstacle(rung: rung, reason: "CAP_SYS_CHROOT has been taken away")
      }
      return Chroot()
    }
  }

  /// A runtime, on a machine that has shown that it lets this process make namespaces and mount an overlay.
  private func runtime(on rung: Isolation) async throws -> any Sandbox {
    do {
      let program = try OCIRuntime.find(path: path).program
      try await OverlayTrial.run(in: folder)
      return OCIRuntime(program: program, hasSeccomp: try await Self.hasSeccomp(program))
    } catch let error as NativeError {
      throw Obstacle(rung: rung, reason: "\(error)")
    } catch let error as SandboxError where error.code != .failed {
      let reason = [error.message, error.hint].compactMap(\.self).joined(separator: ": ")
      throw Obstacle(rung: rung, reason: reason, code: error.code)
    }
  }

  /// Whether a runtime filters system calls: a distribution's does; one that somebody has built is asked, which takes as long as
  /// a small RUN.
  private static func hasSeccomp(_ program: String) async throws -> Bool {
    if ["/usr/bin/", "/usr/sbin/", "/bin/", "/sbin/"].contains(where: program.hasPrefix) { return true }
    let version = Mutex<[UInt8]>([])
    _ = try await ChildProcess(program, ["--version"], environment: []).run { bytes in version.withLock { $0 += bytes }
    }
    let text = String(decoding: version.withLock { $0 }, as: UTF8.self)
    return text.contains("SECCOMP") || text.contains("libseccomp")
  }

  private func refusal(_ obstacles: [Obstacle]) -> SandboxError {
    let reasons = obstacles.map { "\($0.rung.rawValue): \($0.reason)" }
    guard isolation == .auto else {
      return SandboxError(
        code: obstacles.first?.code ?? .notAllowed, message: "RUN cannot be run with --isolation \(reasons.joined())",
        hint: "leave --isolation away: imagesmith takes what works here")
    }
    return SandboxError(
      code: .notAllowed,
      message: "RUN cannot be run here in any way\n" + reasons.map { "  \($0)" }.joined(separator: "\n"),
      hint: geteuid() == 0
        ? "install crun and let the container mount, or give it docker's default capabilities for chroot"
        : "run imagesmith as root; or apt-get install crun uidmap, with user namespaces allowed on this machine")
  }
}

/// A look whether the machine lets this process make namespaces and mount, in them, an overlay of two empty folders.
private enum OverlayTrial {
  /// - Throws: `NativeError` that says what it does not allow.
  static func run(in folder: String) async throws {
    let name = "trial-" + (try RandomBytes.make(count: 8)).map { String($0, radix: 16) }.joined()
    let path = "\(folder)/\(name)"
    defer { try? FileDescriptor.open(folder, O_RDONLY | O_DIRECTORY).removeTree(Array(name.utf8)) }
    for name in ["", "/lower", "/upper", "/work", "/rootfs"] {
      guard mkdir(path + name, 0o755) == 0 else { throw NativeError(failed: "make \(path)\(name)") }
    }
    let options = "volatile,upperdir=upper,workdir=work,lowerdir=lower" + (UserNamespace.isEntered ? ",userxattr" : "")
    // There is no such program: to fail there, and not before, is to have done all the rest.
    let process = ChildProcess(
      path + "/none", [], environment: [], directory: path,
      mounts: [
        ChildProcess.Mount(source: "overlay", target: "rootfs", type: "overlay", data: options),
        ChildProcess.Mount(source: "proc", target: "/proc", type: "proc"),
      ], isolatesProcesses: true)
    do {
      _ = try await process.run()
    } catch let error as NativeError {
      guard error.operation == "start \(process.program)" else { throw error }
    }
  }
}
