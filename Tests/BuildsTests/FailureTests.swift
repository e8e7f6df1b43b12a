import Foundation
import Native
import Sandboxes
import Synchronization
import Testing

@testable import Builds

/// Builds that fail: one clear error, nothing left behind, and the next build goes on from there.
@Suite(.enabled(if: geteuid() == 0, "mounting an overlay needs root"))
struct FailureTests {
  @Test("a RUN that fails: its place, code and output; the steps before it stay cached")
  func failedRun() async throws {
    let bench = try Workbench()
    let file = "FROM localhost/tiny\nRUN touch /x\nRUN touch /y\n  RUN echo some words; exit 3\n"
    let error = try await bench.failure(file)
    #expect(error.code == .commandFailed(status: 3))
    #expect(error.message == "Dockerfile:4:3: [4/4] RUN ended with status 3: RUN echo some words; exit 3")
    #expect(error.output == "some words")
    #expect(error.excerpt?.hasSuffix("\n  4 | >>>   RUN echo some words; exit 3") == true)
    #expect(try bench.isClean)
    let next = try await bench.build(file.replacingOccurrences(of: "exit 3", with: "exit 0"))
    #expect(next.cached == [2, 3])
  }

  @Test(
    "codes that have a known cause say so",
    arguments: [
      ("nosuchprogram", 127, "not found"), ("/etc/passwd", 126, "executable"), ("sh -c 'kill -9 $$'", 137, "memory"),
    ])
  func hints(command: String, status: Int32, hint: String) async throws {
    let error = try await Workbench().failure("FROM localhost/tiny\nRUN \(command)\n")
    #expect(error.code == .commandFailed(status: status))
    #expect(error.hint?.contains(hint) == true)
  }

  @Test("a program of the exec form that is not there")
  func missingProgram() async throws {
    let bench = try Workbench()
    let error = await #expect(throws: SandboxError.self) {
      try await bench.build("FROM localhost/tiny\nRUN [\"/no/such\"]\n")
    }
    #expect(error?.message.hasPrefix("Dockerfile:2:1: /no/such did not start: ") == true)
    #expect(try bench.isClean)
  }

  @Test("a step that fails is told as such")
  func failedOutcome() async throws {
    let outcomes = Mutex<[BuildEvent.Outcome]>([])
    var bench = try Workbench()
    bench.report = { event in
      if case .ended(_, let outcome, _) = event { outcomes.withLock { $0.append(outcome) } }
    }
    _ = try await bench.failure("FROM localhost/tiny\nENV A=1\nRUN exit 3\n")
    #expect(outcomes.withLock { $0 } == [.done, .configured, .failed])
  }

  @Test("no runtime: asked for by the first RUN alone")
  func noRuntime() async throws {
    var bench = try Workbench()
    bench.sandbox = { try OCIRuntime.find(path: "/no/folder", also: []) }
    _ = try await bench.build("FROM localhost/tiny\nENV A=1\n")
    let error = await #expect(throws: SandboxError.self) { try await bench.build("FROM localhost/tiny\nRUN true\n") }
    #expect(error?.code == .noRuntime)
    #expect(error?.hint == "apt-get install crun")
  }

  @Test("an unknown user, a base that is not there, a port that is none")
  func wrongInput() async throws {
    let bench = try Workbench()
    let user = try await bench.failure("FROM localhost/tiny\nUSER nobody\nRUN true\n")
    #expect(user.message == "Dockerfile:3:1: the image has no user nobody")
    let base = try await bench.failure("FROM localhost/tiny\nFROM other\n") {
      $0.namedContexts["other"] = .image("oci:\(bench.folder.path)/layout:tag")
    }
    #expect(base.code == .base)
    #expect(base.message.hasPrefix("Dockerfile:2:1: there is no image layout in "), "\(base.message)")
    let port = try await bench.failure("FROM scratch\nEXPOSE 70000\n")
    #expect(port.message.hasPrefix("Dockerfile:2:1: EXPOSE 70000"))
  }

  @Test("a full disk: in a RUN, while its layer is packed, in COPY; with room the next build works")
  func fullDisk() async throws {
    let folder = try TemporaryFolder()
    try #require(try Shell.run(["mount", "-t", "tmpfs", "-o", "size=40m", "none", folder.path]).code == 0)
    defer { _ = try? Shell.run(["umount", "-l", folder.path]) }
    func resize(_ size: String) throws {
      try #require(try Shell.run(["mount", "-o", "remount,size=\(size)", folder.path]).code == 0)
    }
    let bench = try Workbench(["big": ""], cacheIn: folder.path)
    let random = try #require(try FileHandle(forReadingAtPath: "/dev/urandom")?.read(upToCount: 40 << 20))
    try random.write(to: URL(filePath: bench.context + "/big"))

    let run = try await bench.failure("FROM localhost/tiny\nRUN dd if=/dev/urandom of=/big bs=1M count=50\n")
    #expect(run.code == .commandFailed(status: 1))
    #expect(run.output?.contains("No space left") == true)
    #expect(run.hint?.contains("make room") == true)
    // The file has room, its layer has not; the error is the RUN's, though it may come to light later.
    let packing = try await bench.failure(
      "FROM localhost/tiny\nRUN dd if=/dev/urandom of=/big bs=1M count=20\nENV A=1\n")
    #expect(packing.code == .machine)
    #expect(packing.message.hasPrefix("Dockerfile:2:1: no room left"), "\(packing.message)")
    let copy = try await bench.failure("FROM localhost/tiny\nCOPY big /big\n")
    #expect(copy.message.hasPrefix("Dockerfile:2:1: no room left"), "\(copy.message)")
    #expect(copy.hint != nil)
    #expect(try FileManager.default.contentsOfDirectory(atPath: bench.cache + "/work").isEmpty)

    try resize("400m")
    _ = try await bench.build("FROM localhost/tiny\nRUN dd if=/dev/urandom of=/big bs=1M count=20\nCOPY big /big\n")
  }

  @Test("cancelled in a RUN: nothing is left, and the layer before it is kept")
  func cancellation() async throws {
    let (started, starter) = AsyncStream<Void>.makeStream()
    var bench = try Workbench()
    bench.report = { if case .output = $0 { starter.finish() } }
    let mark = "86421.\(getpid())"
    let file = "FROM localhost/tiny\nRUN touch /x\nRUN sleep \(mark) & echo; sleep \(mark)\n"
    let task = Task { [bench] in try await bench.build(file) }
    for await _ in started {}
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(try processes(with: mark).isEmpty)
    #expect(try bench.isClean)
    let next = try await bench.build("FROM localhost/tiny\nRUN touch /x\n")
    #expect(next.cached == [2])
  }

  private func processes(with argument: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: "/proc").filter { pid in
      let line = try? String(contentsOfFile: "/proc/\(pid)/cmdline", encoding: .utf8)
      return line?.hasPrefix("sleep\0") == true && line?.contains(argument) == true
    }
  }

  @Test("killed at any moment: no process, no mount, no secret, and the next build works")
  func killed() async throws {
    let bench = try Workbench(["a.txt": "a"])
    let file = """
      FROM localhost/tiny AS one
      RUN --mount=type=secret,id=s cat /run/secrets/s > /dev/null && dd if=/dev/zero of=/zeros bs=1M count=8
      COPY a.txt /a
      FROM localhost/tiny
      COPY --from=one /zeros /zeros
      RUN cat /zeros > /copy; sleep 0.05
      """
    try bench.write(["Dockerfile": file])
    let probe = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
      .appending(path: "BuildProbe")
    let expected = try await Workbench(["a.txt": "a"]).build(file) { $0.secrets = ["s": .value([])] }.image
    func start() throws -> Process {
      let process = Process()
      process.executableURL = probe
      process.arguments = [bench.cache, bench.context, "--base", try TinyBase.layout.get(), "--secret", "s=hush"]
      process.standardOutput = Pipe()
      process.standardError = Pipe()
      try process.run()
      return process
    }
    for moment in stride(from: 10, through: 600, by: 30) {
      let process = try start()
      try await Task.sleep(for: .milliseconds(moment))
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
    }
    #expect(try !String(contentsOfFile: "/proc/mounts", encoding: .utf8).contains(bench.cache))
    let image = try await bench.build(file) { $0.secrets = ["s": .value(Array("hush".utf8))] }.image
    #expect(image == expected)
    #expect(try bench.isClean)
    for name in try FileManager.default.contentsOfDirectory(atPath: "/dev/shm")
    where name.hasPrefix("imagesmith-secrets") {
      // What is left belongs to a test that runs just now.
      #expect(flockIsHeld("/dev/shm/\(name)"))
    }
  }

  private func flockIsHeld(_ path: String) -> Bool {
    guard let folder = try? FileDescriptor.open(path, O_RDONLY | O_DIRECTORY) else { return true }
    return flock(folder.raw, LOCK_SH | LOCK_NB) != 0
  }
}
