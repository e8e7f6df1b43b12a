import Foundation
import Native
import Synchronization
import Testing

@testable import Sandboxes

/// What keeps a command from the machine, in each sandbox.
@Suite(.enabled(if: geteuid() == 0, "needs root"))
struct ConfinementTests {
  private func output(
    _ script: String, in sandbox: any Sandbox, _ change: (inout SandboxCommand) -> Void = { _ in }
  ) async throws -> (status: ChildProcess.Status, text: String) {
    let folder = try OCIRuntimeTests.Folder()
    var command = SandboxCommand(arguments: ["/bin/sh", "-c", script], environment: ["PATH=/usr/bin:/bin"])
    change(&command)
    let bytes = Mutex<[UInt8]>([])
    let status = try await sandbox.run(
      command, on: RootFilesystem(lower: [try OCIRuntimeTests.tinyRoot.get()]), workspace: Workspace(path: folder.path)
    ) { new in bytes.withLock { $0.append(contentsOf: new) } }
    return (status, String(decoding: bytes.withLock { $0 }, as: UTF8.self))
  }

  private func runtimes() throws -> [OCIRuntime] {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
    let other = ["/usr/sbin/runc", "/usr/bin/runc"].first { FileManager.default.isExecutableFile(atPath: $0) }
    return [try OCIRuntime.find(path: path)] + (other.map { [OCIRuntime(program: $0)] } ?? [])
  }

  @Test("system calls that containers do not make are refused, others are not")
  func seccomp() async throws {
    for runtime in try runtimes() {
      let (status, text) = try await output(
        "cat /proc/self/status; unshare --user true; mknod /fifo p && cp -a /etc /etc2 && ls /etc2", in: runtime)
      #expect(text.contains("Seccomp:\t2"))
      #expect(text.contains("unshare failed: Operation not permitted"), "\(runtime.program): \(text)")
      #expect(status == .exited(0) && text.contains("\ngroup\n"), "\(text)")
    }
  }

  @Test("a privileged command has all capabilities and system calls")
  func privileged() async throws {
    for runtime in try runtimes() {
      let (_, text) = try await output("cat /proc/self/status; unshare --mount sh -c 'echo mine'", in: runtime) {
        $0.isPrivileged = true
      }
      #expect(text.contains("Seccomp:\t0") && text.contains("NoNewPrivs:\t0") && text.hasSuffix("mine\n"), "\(text)")
    }
  }

  @Test("by chroot: docker's capabilities, no new privileges, a user's none; all of it ends with a cancelled task")
  func chroot() async throws {
    for (uid, effective) in [(UInt32(0), "00000000a80425fb"), (2001, "0000000000000000")] {
      let mark = "9876\(uid == 0 ? 1 : 2).\(getpid())"
      let ended = Flag()
      let task = Task {
        defer { ended.raise() }
        return try await output("sleep \(mark) | sleep \(mark)", in: Chroot()) {
          $0.user = UserIdentity(uid: uid, gid: uid, additionalGIDs: [50])
        }
      }
      // Unless it has failed, which shows below.
      while processes(with: mark).count < 2, !ended.isRaised { await Task.yield() }
      for pid in processes(with: mark) {
        let status = try String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
        for line in [
          "CapEff:\t\(effective)", "CapBnd:\t00000000a80425fb", "NoNewPrivs:\t1", "Umask:\t0022", "Groups:\t50 ",
          "Uid:\t\(uid)\t\(uid)\t\(uid)\t\(uid)",
        ] { #expect(status.contains(line), "\(status)") }
      }
      task.cancel()
      await #expect(throws: CancellationError.self) { try await task.value }
      #expect(processes(with: mark).isEmpty)
    }
  }

  @Test("by chroot: a command's own code is its result, a signal is 128 and its number", arguments: [0, 1, 7, 127])
  func codes(code: Int32) async throws {
    #expect(try await output("exit \(code)", in: Chroot()).status == .exited(code))
    #expect(try await output("kill -9 $$", in: Chroot()).status == .exited(137))
  }

  @Test("by chroot: programs are looked for in the command's own PATH; what is not there is named")
  func programs() async throws {
    let (status, text) = try await output("", in: Chroot()) { $0.arguments = ["env"] }
    #expect(status == .exited(0) && text == "PATH=/usr/bin:/bin\n")
    for arguments in [["/no/such/program"], ["nothing"]] {
      let error = await #expect(throws: SandboxError.self) {
        try await output("", in: Chroot()) { $0.arguments = arguments }
      }
      #expect(error?.message.contains("\(arguments[0]) did not start") == true)
    }
    let place = await #expect(throws: SandboxError.self) {
      try await output("true", in: Chroot()) { $0.workingDirectory = "/nowhere" }
    }
    #expect(place?.message.contains("enter /nowhere: No such file or directory") == true)
  }

  @Test("limits of resources, in each sandbox")
  func limits() async throws {
    for sandbox in try runtimes() as [any Sandbox] + [Chroot()] {
      let (_, text) = try await output("ulimit -Sn; ulimit -Hn; ulimit -c", in: sandbox) {
        $0.limits.resources = [.init(name: "nofile", soft: 77, hard: 99), .init(name: "core", soft: 0, hard: 0)]
      }
      #expect(text == "77\n99\n0\n")
    }
  }

  @Test("ranges of ids: by name or number, the first that counts")
  func ranges() {
    let text = "other:1:2\nme:100000:65536\nme:5:6\n1001:7:8\nbad:x:y\n"
    #expect(UserNamespace.range(of: "me", uid: 1, in: text) == .init(first: 100000, count: 65536))
    #expect(UserNamespace.range(of: "?", uid: 1001, in: text) == .init(first: 7, count: 8))
    for (name, uid) in [("bad", UInt32(2)), ("nobody", 3), ("", 4)] {
      #expect(UserNamespace.range(of: name, uid: uid, in: text) == nil)
    }
  }

  @Test("docker's capabilities as the kernel numbers them")
  func capabilities() {
    #expect(Capability.mask(Capability.standard) == 0xA804_25FB)
    #expect(Capability.allCases.count == 41)
    #expect(Capability.sysAdmin.name == "CAP_SYS_ADMIN" && Capability.checkpointRestore.rawValue == 40)
  }

  private func processes(with argument: String) -> [String] {
    let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return all.filter { pid in
      guard let line = try? String(contentsOfFile: "/proc/\(pid)/cmdline", encoding: .utf8) else { return false }
      return line.hasPrefix("sleep\0") && line.contains(argument)
    }
  }

  /// Something that happens once.
  private final class Flag: Sendable {
    private let value = Atomic(false)

    var isRaised: Bool { value.load(ordering: .acquiring) }

    func raise() { value.store(true, ordering: .releasing) }
  }
}
