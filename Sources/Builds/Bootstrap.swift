import FoundationEssentials
import Glibc
import Native
import OCI
import Sandboxes

/// A base made here from a distribution's packages, by mmdebstrap: nothing in it but what Debian signed.
package struct Bootstrap: Sendable, Hashable, CustomStringConvertible {
  package var distribution: String
  package var suite: String
  /// The address of the archive, such as a snapshot of it; nil for the distribution's own.
  package var mirror: String?
  /// Where this machine has the same archive nearer. It decides nothing: what comes from there is signed as well.
  package var localMirror: String?

  package init(distribution: String, suite: String, mirror: String? = nil, localMirror: String? = nil) {
    self.distribution = distribution
    self.suite = suite
    self.mirror = mirror
    self.localMirror = localMirror
  }

  package var description: String { "\(distribution)/\(suite)" }

  /// What decides the base, but for the state of the mirror.
  func key(epoch: Int, platform: Platform) throws(NativeError) -> StepKey {
    var hasher = try StepKeyHasher("bootstrap")
    try hasher.add([description, mirror ?? "", platform.description, String(epoch)])
    try hasher.add(Self.options)
    return try hasher.finish()
  }

  /// `minbase`: the essential packages and apt. The hooks take away what the machine leaves in the tree, and what
  /// differs from run to run.
  private static let options = [
    "--variant=minbase", "--mode=root", "--format=directory", "--quiet",
    "--customize-hook=for file in hostname hosts resolv.conf machine-id; do : >\"$1/etc/$file\"; done",
    "--customize-hook=chmod 0644 \"$1/etc/hostname\" \"$1/etc/hosts\" \"$1/etc/resolv.conf\"",
    "--customize-hook=rm -rf \"$1\"/var/log/* \"$1\"/var/cache/apt/* \"$1\"/var/lib/apt/lists/* \"$1\"/tmp/*",
    "--customize-hook=rm -f \"$1\"/var/cache/debconf/*-old \"$1\"/var/cache/ldconfig/aux-cache \"$1\"/var/lib/dpkg/*-old",
    "--customize-hook=rm -f \"$1\"/etc/passwd- \"$1\"/etc/group- \"$1\"/etc/shadow- \"$1\"/etc/gshadow- \"$1\"/etc/.pwd.lock",
  ]

  /// Fills the new folder `directory`.
  ///
  /// - Throws: `BuildError` with code `base` when mmdebstrap is not there or fails.
  func make(in directory: String, epoch: Int, path: String) async throws {
    guard distribution == "debian" else {
      throw BuildError(
        code: .input, message: "cannot make a base of \(description): only debian can be bootstrapped",
        hint: "write base: {bootstrap: debian/trixie}, or base: {image: REFERENCE}")
    }
    guard let program = Self.find("mmdebstrap", path: path) else {
      throw BuildError(
        code: .machine, message: "the base \(description) is made by mmdebstrap, which is not installed",
        hint: "apt-get install mmdebstrap")
    }
    let output = OutputTail(lines: 20)
    let canMount = Isolation.allowsMounts
    let process = ChildProcess(
      program, Self.options + [suite, directory] + [mirror ?? localMirror].compactMap(\.self),
      environment: ["PATH=\(ImageBuilder.standardPath)", "SOURCE_DATE_EPOCH=\(epoch)", "LC_ALL=C.UTF-8"],
      // A mount namespace of its own: what mmdebstrap mounts ends with it. It needs its processes' own /proc. Where mounts are
      // not allowed it does without.
      mounts: canMount ? [ChildProcess.Mount(source: "proc", target: "/proc", type: "proc")] : [],
      isolatesProcesses: canMount)
    let status: ChildProcess.Status
    do {
      status = try await process.run { output.append($0) }
    } catch let error as NativeError {
      throw BuildError(
        code: .machine, message: "cannot start mmdebstrap: \(error)", hint: "making a base needs root")
    }
    guard status == .exited(0) else {
      throw BuildError(
        code: .base, message: "mmdebstrap could not make \(description) (status \(status.code))",
        hint: "is the package mirror reachable, and is debian-archive-keyring up to date?", output: output.text)
    }
    try removeDevices(in: directory)
  }

  /// Which of them mmdebstrap makes depends on the rights that it has, and every runtime brings its own.
  private func removeDevices(in directory: String) throws(NativeError) {
    let devices = try FileDescriptor.open(directory + "/dev", O_RDONLY | O_DIRECTORY)
    for name in try devices.names() { try devices.removeTree(name) }
  }

  private static func find(_ name: String, path: String) -> String? {
    let folders = path.split(separator: ":").map(String.init) + ["/usr/bin"]
    return folders.map { "\($0)/\(name)" }.first { access($0, X_OK) == 0 }
  }
}
