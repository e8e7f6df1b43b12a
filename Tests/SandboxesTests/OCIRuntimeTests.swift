import Foundation
import Native
import Synchronization
import Testing

@testable import Sandboxes

/// A real runtime over a real overlay; needs root, as a build does.
@Suite(.enabled(if: geteuid() == 0, "mounting an overlay needs root"))
struct OCIRuntimeTests {
  /// What a command left behind and said.
  struct Outcome {
    var status: ChildProcess.Status
    var output: String
    var workspace: Workspace { Workspace(path: folder.path) }
    let folder: Folder
  }

  /// A folder that goes with the object.
  final class Folder: Sendable {
    let path = FileManager.default.temporaryDirectory.path + "/imagesmith-run-\(UUID())"

    init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(atPath: path) }
  }

  static let tinyRoot: Result<String, any Error> = Result {
    atexit {
      if case .success(let root) = OCIRuntimeTests.tinyRoot { try? FileManager.default.removeItem(atPath: root) }
    }
    let root = FileManager.default.temporaryDirectory.path + "/imagesmith-tiny-\(UUID())"
    let make = Process()
    make.executableURL = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/tiny-root")
    make.arguments = [root]
    try make.run()
    make.waitUntilExit()
    try #require(make.terminationStatus == 0)
    return root
  }

  private func sandboxes() throws -> [OCIRuntime] {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
    let found = try OCIRuntime.find(path: path)
    let other = ["/usr/sbin/runc", "/usr/bin/runc"].filter { FileManager.default.isExecutableFile(atPath: $0) }
    return [found] + other.prefix(1).map { OCIRuntime(program: $0) }
  }

  private func run(
    _ script: String, with sandbox: OCIRuntime? = nil, _ change: (inout SandboxCommand) -> Void = { _ in }
  ) async throws -> Outcome {
    let folder = try Folder()
    var command = SandboxCommand(arguments: ["/bin/sh", "-c", script], environment: ["PATH=/usr/bin:/bin", "A=b c"])
    change(&command)
    let output = Mutex<[UInt8]>([])
    let sandbox = try sandbox ?? sandboxes()[0]
    let root = RootFilesystem(lower: [try Self.tinyRoot.get()])
    let status = try await sandbox.run(command, on: root, workspace: Workspace(path: folder.path)) { bytes in
      output.withLock { $0.append(contentsOf: bytes) }
    }
    return Outcome(
      status: status, output: String(decoding: output.withLock { $0 }, as: UTF8.self), folder: folder)
  }

  private func files(_ folder: String) throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: folder).sorted()
  }

  @Test("each runtime: output of both streams, the environment alone, changes and nothing else in upper")
  func runs() async throws {
    for sandbox in try sandboxes() {
      let outcome = try await run("echo one; echo two >&2; env; mkdir /new; echo x > /new/file", with: sandbox)
      #expect(outcome.status == .exited(0))
      // runc copies the two streams by itself, and keeps the order within each alone.
      if sandbox.program.hasSuffix("crun") { #expect(outcome.output.hasPrefix("one\ntwo\n")) }
      let lines = Set(outcome.output.split(separator: "\n"))
      #expect(lines.isSuperset(of: ["one", "two"]))
      let names = lines.subtracting(["one", "two"]).map { $0.prefix { $0 != "=" } }
      // HOME is the runtime's own, from the root's /etc/passwd; PWD the shell's.
      #expect(Set(names) == ["PATH", "A", "PWD", "HOME"], "\(outcome.output)")
      #expect(try files(outcome.workspace.upper) == ["new", "new/file"])
    }
  }

  @Test("a command's own code is its result", arguments: [0, 1, 7, 127])
  func codes(code: Int32) async throws {
    #expect(try await run("exit \(code)").status == .exited(code))
  }

  @Test("a program that is not there is an error that names it")
  func missingProgram() async throws {
    let error = await #expect(throws: SandboxError.self) {
      try await run("") { $0.arguments = ["/no/such/program"] }
    }
    #expect(error?.message.contains("/no/such/program") == true)
  }

  @Test("docker's capabilities and no others; no new privileges; the machine's processes are not seen")
  func confinement() async throws {
    let outcome = try await run("cat /proc/self/status; ls -d /proc/[0-9]*")
    #expect(outcome.output.contains("CapEff:\t00000000a80425fb"))
    #expect(outcome.output.contains("NoNewPrivs:\t1"))
    #expect(outcome.output.split(separator: "\n").filter { $0.hasPrefix("/proc/") }.count <= 2)
  }

  @Test("a user without a name, and its groups")
  func user() async throws {
    let outcome = try await run("id -u; id -g; id -G") {
      $0.user = UserIdentity(uid: 2001, gid: 2001, additionalGIDs: [50])
    }
    #expect(outcome.output == "2001\n2001\n2001 50\n")
  }

  @Test("mounts are seen, read-only where they should be, and leave nothing in the layer")
  func mounts() async throws {
    let place = try Folder()
    let folder = place.path
    try FileManager.default.createDirectory(atPath: folder + "/inner", withIntermediateDirectories: true)
    try "secret".write(toFile: folder + "/file", atomically: true, encoding: .utf8)
    let script = """
      cat /run/secrets/one; (echo no > /run/secrets/one) 2>/dev/null || echo ro
      echo kept > /var/cache/tool/new; echo lost > /src/new; cat /src/new /src/file
      touch /scratch/x; stat -c %a /scratch
      """
    let outcome = try await run(script) {
      $0.mounts = [
        SandboxMount(.file(folder + "/file"), at: "/run/secrets/one", isReadOnly: true),
        SandboxMount(.directory(folder + "/inner"), at: "/var/cache/tool", isReadOnly: false),
        SandboxMount(.tree(lower: [folder], path: "."), at: "/src", isReadOnly: false),
        SandboxMount(.tmpfs(size: 1 << 20, mode: 0o700), at: "/scratch", isReadOnly: false),
      ]
    }
    #expect(outcome.output == "secretro\nlost\nsecret700\n")
    #expect(try files(folder + "/inner") == ["new"])
    #expect(try files(folder) == ["file", "inner", "inner/new"])
    #expect(try files(outcome.workspace.upper) == [])
  }

  @Test("a network of its own has the loopback interface alone")
  func network() async throws {
    #expect(try await run("cat /proc/net/dev") { $0.network = .none }.output.split(separator: "\n").count == 3)
  }

  @Test("a cancelled task ends the command and all that it started, and leaves no mount")
  func cancellation() async throws {
    let mark = "98765.\(getpid())"
    let task = Task { try await run("sleep \(mark) & sleep \(mark)") }
    while processes(with: mark).count < 2 { await Task.yield() }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(processes(with: mark).isEmpty)
    #expect(try !String(contentsOfFile: "/proc/mounts", encoding: .utf8).contains("imagesmith-run"))
  }

  private func processes(with argument: String) -> [String] {
    let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return all.filter { pid in
      guard let line = try? String(contentsOfFile: "/proc/\(pid)/cmdline", encoding: .utf8) else { return false }
      return line.hasPrefix("sleep\0") && line.contains(argument)
    }
  }

  @Test("no runtime: one error, and what to install")
  func noRuntime() {
    let error = #expect(throws: SandboxError.self) { try OCIRuntime.find(path: "/no/folder:/dev", also: []) }
    #expect(error?.code == .noRuntime)
    #expect(error?.hint == "apt-get install crun")
  }
}
