import Foundation
import Layers
import Native
import OCI
import Sandboxes
import Testing

@testable import Builds

/// The same RUNs over an OCI runtime as root, the same rootless, and by chroot: each makes the same layer, byte for byte.
@Suite(.enabled(if: geteuid() == 0, "needs root"))
struct IsolationTests {
  /// A RUN, and what it is a case of.
  struct Case: Sendable, CustomStringConvertible {
    var name: String
    var line: String
    var description: String { name }

    init(_ name: String, _ line: String) {
      self.name = name
      self.line = line
    }
  }

  /// One after the other, each upon what the ones before have left.
  static let cases: [Case] = [
    Case(
      "all to begin with",
      """
      mkdir -p /d/sub/deep /e/f /g/h; echo one >/d/one; echo two >/d/sub/two; echo three >/d/sub/deep/three; \
      echo e >/e/e; ln -s one /d/link; mknod /d/fifo p; echo x >"/d/$(printf '\\377\\376')"; echo g >/g/h/g
      """),
    Case("nothing", "true"),
    Case("new files and folders", "echo new >/new; mkdir -p /a/b/c; echo x >/a/b/c/x; mkdir /empty"),
    Case("a file in a folder of the base", "echo tool >/usr/bin/tool"),
    Case("a mode in a folder of the base", "chmod 0700 /usr/bin/cat"),
    Case("a folder removed", "rm -r /e"),
    Case("a folder emptied by making it anew", "rm -r /d/sub && mkdir /d/sub"),
    Case("and filled", "mkdir /d/sub/again; echo 1 >/d/sub/again/1"),
    Case("removed and made anew with other content", "rm -r /d/sub && mkdir -p /d/sub/again && echo 2 >/d/sub/again/2"),
    Case("a file in the place of a folder", "rm -r /d/sub && echo file >/d/sub"),
    Case("a folder in the place of a file", "rm /d/sub && mkdir /d/sub && echo in >/d/sub/in"),
    Case("a link in the place of a folder", "rm -r /d/sub && ln -s one /d/sub"),
    Case("a folder in the place of a link", "rm /d/sub && mkdir /d/sub"),
    Case("a mode", "chmod 0640 /d/one"),
    Case("the same mode again", "chmod 0640 /d/one"),
    Case("an owner", "chown 1000:1001 /d/one /d"),
    Case("a folder's mode", "chmod 0700 /g"),
    Case("a touched file", "touch /d/one"),
    Case("a touched file of the base", "touch /etc/group"),
    Case("the same content written again", "echo one >/d/one"),
    Case("a file opened to write, and not written", ": >>/d/one; : >>/etc/group"),
    Case("made and removed", "touch /g/x; rm /g/x; touch /usr/bin/x; rm /usr/bin/x"),
    Case("a second name", "ln /d/one /d/other-name"),
    Case("more under one of two names", "echo more >>/d/one"),
    Case("names in several folders", "ln /d/one /d/n1; ln /d/n1 /a/n2; mkdir /names; ln /a/n2 /names/n3"),
    Case("a name removed", "rm /d/n1"),
    Case("a name made and removed", "ln /new /new2; rm /new2"),
    Case("a renamed file", "mv /new /newer; mv /d/link /a/link"),
    Case("a renamed folder", "mv /a /z"),
    Case("a folder renamed into another", "mv /z/b /g/h/b"),
    Case("a new folder renamed", "mkdir /usr/made; echo x >/usr/made/x; mv /usr/made /usr/bin/made"),
    Case("a new folder in the place of one that was removed", "rm -r /g/h/b; mkdir /n; echo x >/n/x; mv /n /g/h/b"),
    Case("a link made anew", "ln -sfn two /z/link"),
    Case("setuid", "cp /usr/bin/cat /suid; chown 0:50 /suid; chmod 4755 /suid"),
    Case("the owner of setuid", "chown 1000 /suid"),
    Case("a fifo's mode", "chmod 0600 /d/fifo"),
    Case("a new fifo", "mknod /z/fifo p"),
    Case(
      "names that are no UTF-8",
      "rm \"/d/$(printf '\\377\\376')\"; echo y >\"/d/$(printf '\\300')\"; mkdir \"/$(printf '\\355\\240')\""),
    Case(
      "attributes", "setfattr -n user.one -v 1 /newer; setfattr -n user.two -v 2 /z; setfattr -n user.x -v y /g/h/g"),
    Case("an attribute less", "setfattr -x user.x /g/h/g"),
    Case("capabilities", "cp /usr/bin/cat /capable; setcap cap_net_raw+ep /capable"),
    Case("times", "touch -d '1999-12-31 UTC' /old /d; touch -d '2040-01-01 UTC' /late"),
    Case("a file with a hole", "echo x | dd of=/hole bs=1 count=1 seek=1000000 2>/dev/null"),
    Case("a copy with times", "cp -a /d /d-copy"),
    Case("a deep folder", "p=/deep; for i in 1 2 3 4 5 6 7 8 9; do p=$p/$i$i$i; done; mkdir -p $p; echo $p >$p/x"),
    Case("everything in a folder", "rm -r /d/*"),
    Case("an empty folder made anew", "rm -r /empty; mkdir /empty"),
    Case("a file made anew", "rm /newer; echo new >/newer"),
    Case("something left running", "sleep 98765 & echo started >/started"),
    Case(
      "changes at and below mount points",
      """
      --mount=type=tmpfs,target=/mnt/t --mount=type=cache,target=/mnt/c --mount=type=bind,target=/mnt/b,rw \
      --mount=type=secret,id=s,target=/mnt/s/secret --mount=type=bind,source=file,target=/z/file \
      touch /mnt/t/x /mnt/c/x /mnt/b/x; cat /mnt/s/secret >/dev/null; cat /z/file
      """),
    Case(
      "changes beside mount points",
      "--mount=type=tmpfs,target=/mnt/t --mount=type=tmpfs,target=/g echo beside >/mnt/beside; touch /g/x"),
    Case("the kernel's folders and the network's files", "touch /dev/x; cat /etc/hosts /etc/resolv.conf >/dev/null"),
  ]

  /// The digests of the cases' layers.
  private func layers(_ cases: [Case], _ sandbox: any Sandbox) async throws -> [DiffID] {
    var bench = try Workbench(["file": "content"])
    bench.sandbox = { sandbox }
    let made = try await bench.build(Self.dockerfile(cases)) { $0.secrets = ["s": .value([1, 2])] }
    #expect(try bench.isClean)
    return made.image.layers.suffix(cases.count).map(\.diffID)
  }

  private static func dockerfile(_ cases: [Case]) -> String {
    "FROM localhost/tiny\n" + cases.map { "RUN \($0.line)\n" }.joined()
  }

  private func expectSame(_ made: [DiffID], _ expected: [DiffID], _ cases: [Case]) throws {
    try #require(made.count == expected.count)
    for (index, one) in cases.enumerated() { #expect(made[index] == expected[index], "\(one.name): RUN \(one.line)") }
  }

  private func runtime() throws -> OCIRuntime {
    try OCIRuntime.find(path: ProcessInfo.processInfo.environment["PATH"] ?? "")
  }

  @Test("chroot makes the layers that overlayfs makes")
  func chroot() async throws {
    let cases = Self.cases + [Case("devices", "mknod /z/null c 1 3; mknod /z/loop b 7 0; chmod 0600 /z/null")]
    try expectSame(try await layers(cases, Chroot()), try await layers(cases, runtime()), cases)
    #expect(Self.sleepers.isEmpty)
  }

  /// What the process of a build may do.
  enum Rights: Sendable {
    case userNamespace
    case withoutMounts
    case withoutMountsOnOverlay
  }

  @Test(
    "so do a user namespace, and a root who may not mount",
    arguments: [
      (Isolation.rootless, Rights.userNamespace), (.chroot, .userNamespace), (.auto, .withoutMounts),
      (.auto, .withoutMountsOnOverlay),
    ])
  func others(isolation: Isolation, rights: Rights) async throws {
    // A user namespace lets nobody change files of another.
    let probe = try Probe(Self.dockerfile(Self.cases), owner: rights == .userNamespace ? Probe.firstID : 0)
    let arguments = ["--isolation", isolation.rawValue, "--layers", "--secret", "s=12"]
    let outcome =
      switch rights {
      case .userNamespace: try probe.runInNamespace(arguments)
      case .withoutMounts: try probe.runWithoutMounts(arguments)
      case .withoutMountsOnOverlay: try probe.runOnOverlay(arguments)
      }
    try #require(outcome.code == 0, "\(outcome.output)")
    let digests = outcome.output.split(separator: "\n").filter { $0.hasPrefix("sha256:") }.map(String.init)
    let expected = try await layers(Self.cases, runtime())
    try #require(digests.count == expected.count + 1, "\(outcome.output)")
    for (index, one) in Self.cases.enumerated() {
      #expect(digests[index + 1] == "\(expected[index])", "\(one.name): RUN \(one.line)")
    }
    #expect(Self.sleepers.isEmpty)
  }

  @Test("where no rung bears, the error says of each why, and what to do")
  func noRung() throws {
    let probe = try Probe("FROM localhost/tiny\nRUN true\n", owner: 0)
    let outcome = try probe.runWithoutMounts(["--isolation", "auto"], without: ["sys_chroot"])
    #expect(outcome.code == 1)
    for text in [
      "Dockerfile:2:1: RUN cannot be run here in any way", "oci: make new namespaces: Operation not permitted",
      "rootless: this user is root already", "chroot: CAP_SYS_CHROOT has been taken away",
      "default capabilities for chroot",
    ] {
      #expect(outcome.output.contains(text), "\(outcome.output)")
    }
    let one = try probe.runWithoutMounts(["--isolation", "oci"])
    #expect(one.output.contains("RUN cannot be run with --isolation oci: make new namespaces"), "\(one.output)")
  }

  @Test("a user without ranges of ids builds what needs no other owner, and is told what is missing")
  func oneUser() throws {
    // Nobody's: no line of /etc/subuid has it.
    let id = 54321
    let made = try Probe("FROM localhost/tiny\nRUN id -u; touch /x\n", owner: id)
      .runAsUser(id, ["--isolation", "rootless"])
    #expect(made.code == 0 && made.output.contains("0\n"), "\(made.output)")
    let failed = try Probe("FROM localhost/tiny\nRUN chown 5 /etc/group\n", owner: id)
      .runAsUser(id, ["--isolation", "rootless"])
    #expect(failed.code == 1 && failed.output.contains("ranges in /etc/subuid"), "\(failed.output)")
    let oci = try Probe("FROM localhost/tiny\nRUN true\n", owner: id).runAsUser(id, ["--isolation", "oci"])
    #expect(oci.output.contains("--isolation oci: this user is not root"), "\(oci.output)")
  }

  @Test("chroot: what a RUN needs, and what it does not get")
  func chrootRuns() async throws {
    var bench = try Workbench(["file": "content"])
    bench.sandbox = { Chroot() }
    let made = try await bench.build(
      """
      FROM localhost/tiny
      WORKDIR /work
      USER app
      RUN id -u; id -g; id -G; echo "$HOME"; cat /etc/hosts; echo x >/dev/null; stat -c %a /dev/null /dev/shm
      USER root
      RUN --mount=type=cache,target=/c echo kept >/c/x
      RUN --mount=type=cache,target=/c --mount=type=bind,target=/src cat /c/x /src/file; rm /src/file; rm /c/x
      RUN --mount=type=cache,target=/c ls /c; ls /src /run 2>/dev/null; ls /dev/null
      RUN <<EOF
      #!/bin/cat
      itself
      EOF
      """)
    let expected = """
      1000
      1001
      1001 50
      /home/app
      127.0.0.1 localhost imagesmith
      ::1 localhost ip6-localhost ip6-loopback
      666
      1777
      kept
      content/dev/null
      #!/bin/cat
      itself

      """
    #expect(made.output == expected)
    #expect(try String(contentsOfFile: bench.context + "/file", encoding: .utf8) == "content")
    #expect(try made.lastLayer() == [])
    #expect(try bench.isClean)
  }

  @Test("chroot: a link that a RUN puts in the way of a mount leads nowhere")
  func chrootLinks() async throws {
    let outside = try TemporaryFolder()
    try outside.write(["secret": "mine"])
    var bench = try Workbench()
    bench.sandbox = { Chroot() }
    let made = try await bench.build(
      """
      FROM localhost/tiny
      RUN --mount=type=secret,id=s,target=/k/secret rm -r /k; ln -s \(outside.path) /k
      """
    ) { $0.secrets = ["s": .value([1])] }
    #expect(try String(contentsOfFile: outside.path + "/secret", encoding: .utf8) == "mine")
    #expect(try made.lastLayer() == ["/k"])
    #expect(try bench.isClean)
  }

  @Test("chroot: no network of its own; a failure keeps nothing but caches")
  func chrootFailures() async throws {
    var bench = try Workbench()
    bench.sandbox = { Chroot() }
    let error = await #expect(throws: SandboxError.self) {
      try await bench.build("FROM localhost/tiny\nRUN --network=none true\n")
    }
    #expect(error?.hint?.contains("--isolation oci or rootless") == true)
    let failed = try await bench.failure("FROM localhost/tiny\nRUN --mount=type=cache,target=/c touch /c/x; exit 7\n")
    #expect(failed.code == .commandFailed(status: 7))
    #expect(try await bench.build("FROM localhost/tiny\nRUN --mount=type=cache,target=/c ls /c\n").output == "x\n")
    let missing = await #expect(throws: SandboxError.self) {
      try await bench.build("FROM localhost/tiny\nRUN [\"no-such-program\"]\n")
    }
    #expect(missing?.message.contains("no-such-program did not start") == true)
    #expect(try bench.isClean)
  }

  @Test("RUN --security=insecure: refused, unless it is allowed")
  func insecure() async throws {
    let file = "FROM localhost/tiny\nRUN --security=insecure cat /proc/self/status\n"
    let error = try await Workbench().failure(file)
    #expect(error.hint?.contains("--allow security.insecure") == true)
    let made = try await Workbench().build(file) { $0.allowsInsecure = true }
    #expect(made.output.contains("Seccomp:\t0") && !made.output.contains("CapEff:\t00000000a80425fb"))
  }

  /// Processes that a RUN has left behind.
  private static var sleepers: [String] {
    let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return all.filter { pid in
      (try? String(contentsOfFile: "/proc/\(pid)/cmdline", encoding: .utf8)) == "sleep\098765\0"
    }
  }
}
