import Foundation
import Sandboxes
import Testing

@testable import Builds

/// What `docker build`'s flags change of every RUN.
@Suite(.enabled(if: geteuid() == 0, "mounting an overlay needs root"))
struct RunSettingsTests {
  @Test("hosts, shared memory and resource limits reach the command, and count for its key")
  func limits() async throws {
    let bench = try Workbench()
    let file = "FROM localhost/tiny\nRUN ulimit -n; stat -f -c '%S %b' /dev/shm; cat /etc/hosts\n"
    let limits = SandboxLimits(
      hosts: [.init(name: "db", address: "10.1.2.3")], sharedMemory: 8 << 20,
      resources: [.init(name: "nofile", soft: 77, hard: 99)])
    let made = try await bench.build(file) { $0.limits = limits }
    let lines = made.output.split(separator: "\n")
    #expect(lines.prefix(2) == ["77", "4096 2048"])
    #expect(lines.last == "10.1.2.3 db")
    #expect(try await bench.build(file) { $0.limits = limits }.cached == [2])
    #expect(try await bench.build(file) { $0.limits.resources = limits.resources }.cached == [])
  }

  @Test("by chroot resources are limited too, and shared memory is refused, which would be a mount")
  func chroot() async throws {
    var bench = try Workbench()
    bench.sandbox = { Chroot() }
    let made = try await bench.build("FROM localhost/tiny\nRUN ulimit -n\n") {
      $0.limits = SandboxLimits(resources: [.init(name: "nofile", soft: 77, hard: 99)])
    }
    #expect(made.output == "77\n")
    let error = await #expect(throws: SandboxError.self) {
      try await bench.build("FROM localhost/tiny\nRUN true\n") { $0.limits = SandboxLimits(sharedMemory: 1 << 20) }
    }
    #expect(error?.message.contains("--shm-size") == true)
  }

  @Test("a network for every RUN, which a RUN's own flag overrides")
  func network() async throws {
    let file = "FROM localhost/tiny\nRUN ls /sys/class/net\nRUN --network=host ls /sys/class/net\n"
    let made = try await Workbench().build(file) { $0.network = .none }
    let own = try FileManager.default.contentsOfDirectory(atPath: "/sys/class/net").sorted()
    #expect(made.output.split(separator: "\n").map(String.init) == ["lo"] + own)
  }

  @Test("a stage that shall be built anew is, and those around it are not")
  func uncachedStage() async throws {
    let bench = try Workbench()
    let file = """
      FROM localhost/tiny AS one
      RUN echo 1 > /one
      FROM localhost/tiny AS Two
      RUN echo 2 > /two
      FROM localhost/tiny
      COPY --from=one /one /
      COPY --from=two /two /
      """
    _ = try await bench.build(file)
    let again = try await bench.build(file) { $0.uncachedStages = ["two"] }
    let done = again.events.compactMap { event -> String? in
      if case .ended(let step, .done, _) = event, !step.text.hasPrefix("FROM") { step.text } else { nil }
    }
    #expect(done == ["RUN echo 2 > /two"])
  }
}
