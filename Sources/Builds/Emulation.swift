import FoundationEssentials
import Glibc
import OCI

/// Whether this machine can run programs of another platform's images.
///
/// Source: Linux, Documentation/admin-guide/binfmt-misc.rst.
enum Emulation {
  /// Where the kernel lists its interpreters of foreign programs.
  static let interpreters = "/proc/sys/fs/binfmt_misc"

  /// What QEMU calls the processors that go by another name in images.
  private static let processors = [
    "amd64": "x86_64", "arm64": "aarch64", "386": "i386", "mipsle": "mipsel", "mips64le": "mips64el",
    "loong64": "loongarch64",
  ]
  /// What a processor runs besides its own.
  private static let compatible: [String: Set<String>] = ["amd64": ["386"], "arm64": ["arm"]]

  /// - Parameter folder: of the interpreters.
  /// - Throws: `BuildError` with code `machine` when a RUN for `platform` cannot run here.
  static func requireRunnable(
    _ platform: Platform, on host: Platform, interpreters folder: String = interpreters
  ) throws(BuildError) {
    let architecture = platform.architecture
    if platform.os == host.os,
      architecture == host.architecture || compatible[host.architecture]?.contains(architecture) == true
    {
      return
    }
    let processor = processors[architecture] ?? architecture
    if platform.os == host.os, isEnabled("\(folder)/qemu-\(processor)") { return }
    throw BuildError(
      code: .machine, message: "a RUN for \(platform) cannot run on this machine, which is \(host)",
      hint: platform.os == host.os
        ? "install qemu-user-static and binfmt-support, or begin the stage by FROM --platform=$BUILDPLATFORM"
        : "build for \(host), or leave out RUN")
  }

  private static func isEnabled(_ entry: String) -> Bool {
    guard access(entry, R_OK) == 0, let text = try? String(contentsOfFile: entry, encoding: .utf8) else { return false }
    return text.hasPrefix("enabled")
  }
}
