import OCI
import Testing

@testable import Builds

struct EmulationTests {
  private let here = Platform(architecture: "amd64")

  @Test("a machine runs its own programs, and those of the processors before it")
  func own() throws {
    try Emulation.requireRunnable(here, on: here, interpreters: "/no/such")
    try Emulation.requireRunnable(Platform(architecture: "386"), on: here, interpreters: "/no/such")
    try Emulation.requireRunnable(
      Platform(architecture: "arm", variant: "v7"), on: Platform(architecture: "arm64"), interpreters: "/no/such")
  }

  @Test("foreign programs need an interpreter that is enabled")
  func foreign() throws {
    let folder = try TemporaryFolder()
    let arm = Platform(architecture: "arm64")
    let error = #expect(throws: BuildError.self) {
      try Emulation.requireRunnable(arm, on: here, interpreters: folder.path)
    }
    #expect(error?.message == "a RUN for linux/arm64 cannot run on this machine, which is linux/amd64")
    try folder.write(["qemu-aarch64": "disabled\n"])
    #expect(throws: BuildError.self) { try Emulation.requireRunnable(arm, on: here, interpreters: folder.path) }
    try folder.write(["qemu-aarch64": "enabled\ninterpreter /usr/bin/qemu-aarch64-static\n"])
    try Emulation.requireRunnable(arm, on: here, interpreters: folder.path)
    let windows = Platform(os: "windows", architecture: "amd64")
    #expect(throws: BuildError.self) { try Emulation.requireRunnable(windows, on: here, interpreters: folder.path) }
  }

  @Test("an image for another platform is built where nothing of it has to run")
  func withoutRun() async throws {
    let bench = try Workbench(["f": "x"])
    let made = try await bench.build("FROM scratch\nCOPY f /\n") { $0.platform = Platform(architecture: "s390x") }
    #expect(made.image.config.architecture == "s390x")
    let error = try await bench.failure("FROM scratch\nRUN [\"/x\"]\n") {
      $0.platform = Platform(architecture: "s390x")
    }
    #expect(error.code == .machine)
    #expect(error.message.hasPrefix("Dockerfile:2:1: a RUN for linux/s390x cannot run"))
  }
}
