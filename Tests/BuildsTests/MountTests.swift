import Foundation
import Testing

@testable import Builds

/// `RUN --mount`, in a real runtime.
@Suite(.enabled(if: geteuid() == 0, "mounting an overlay needs root"))
struct MountTests {
  @Test("a cache begins with what another stage has, once; with other content it is another cache")
  func cacheContent() async throws {
    let bench = try Workbench()
    let file = """
      FROM localhost/tiny AS seed
      ARG SEED=one
      RUN mkdir -p /seed/sub && echo $SEED > /seed/sub/file && ln /seed/sub/file /seed/hard && ln -s sub /seed/link \\
        && chown -R 5:6 /seed && chmod 0750 /seed/sub
      FROM localhost/tiny
      ARG TURN=1
      RUN --mount=type=cache,target=/c,from=seed,source=/seed cat /c/sub/file /c/hard /c/link/file; \\
        stat -c '%a %u:%g' /c /c/sub; stat -c '%a %u:%g %h' /c/hard; ls /c; echo $TURN > /c/turn-$TURN
      """
    let first = try await bench.build(file)
    #expect(first.output == "one\none\none\n755 5:6\n750 5:6\n644 5:6 2\nhard\nlink\nsub\n")
    let second = try await bench.build(file) { $0.arguments = ["TURN": "2"] }
    #expect(second.output.hasSuffix("hard\nlink\nsub\nturn-1\n"))
    let other = try await bench.build(file) { $0.arguments = ["SEED": "two"] }
    #expect(other.output.hasPrefix("two\n") && !other.output.contains("turn"))
    #expect(try bench.isClean)
  }

  @Test("owner and mode of a cache; of one that begins with content")
  func cacheOwner() async throws {
    let made = try await Workbench(["seed/a": ""]).build(
      """
      FROM localhost/tiny AS seed
      COPY --chown=5:6 seed /seed
      FROM localhost/tiny
      RUN --mount=type=cache,target=/a,uid=7,gid=8,mode=0700 --mount=type=cache,target=/b \\
        --mount=type=cache,target=/c,from=seed,source=/seed,uid=9,mode=0711 stat -c '%a %u:%g' /a /b /c
      """)
    #expect(made.output == "700 7:8\n755 0:0\n711 9:0\n")
  }

  @Test("what a bind mount of the context shows is root's, whoever owns it here, and without what is left out")
  func contextOwners() async throws {
    let bench = try Workbench([
      "d/a": "a", "d/sub/b": "b", "file": "f", "hidden": "", ".dockerignore": "hidden\nd/no*", "d/no": "",
    ])
    for path in ["/d", "/d/sub", "/d/a", "/file"] { chown(bench.context + path, 1234, 1234) }
    chmod(bench.context + "/d/a", 0o640)
    let made = try await bench.build(
      """
      FROM localhost/tiny
      RUN --mount=target=/c,rw stat -c '%n %a %u:%g' /c/d /c/d/a /c/d/sub/b; ls /c /c/d; touch /c/new
      RUN --mount=source=file,target=/f cat /f; stat -c ' %u:%g' /f
      """)
    #expect(
      made.output == "/c/d 755 0:0\n/c/d/a 640 0:0\n/c/d/sub/b 644 0:0\n/c:\nd\nfile\n\n/c/d:\na\nsub\nf 0:0\n")
    #expect(!FileManager.default.fileExists(atPath: bench.context + "/new"))
    #expect(try bench.isClean)
  }

  @Test("writes to a bind mount are lost; without rw there are none")
  func bindWrites() async throws {
    let made = try await Workbench(["a": "a"]).build(
      """
      FROM localhost/tiny AS one
      RUN mkdir /d
      FROM localhost/tiny
      RUN --mount=from=one,source=/d,target=/d,rw touch /d/x && ls /d
      RUN --mount=from=one,source=/d,target=/d ls /d; touch /d/x 2>/dev/null || echo refused
      """)
    #expect(made.output == "x\nrefused\n")
  }

  @Test("a secret's mode and owner, as a file and in the environment")
  func secrets() async throws {
    let made = try await Workbench().build(
      """
      FROM localhost/tiny
      USER app
      RUN --mount=type=secret,id=one,uid=1000,mode=0440 --mount=type=secret,id=one,target=/s,env=ONE,uid=1000 \\
        stat -c '%a %u:%g' /run/secrets/one /s; cat /s; echo " $ONE"
      RUN --mount=type=secret,id=none ls /run/secrets 2>/dev/null || echo none
      """
    ) { $0.secrets["one"] = .value(Array("word".utf8)) }
    #expect(made.output == "440 1000:0\n400 1000:0\nword word\nnone\n")
  }

  @Test("the size of a tmpfs")
  func tmpfs() async throws {
    let made = try await Workbench().build(
      """
      FROM localhost/tiny
      RUN --mount=type=tmpfs,target=/t,size=64k dd if=/dev/zero of=/t/x bs=1k count=128 2>/dev/null; stat -c %s /t/x
      """)
    #expect(made.output == "65536\n")
  }

  @Test("two stages run side by side: each waits for the other")
  func sideBySide() async throws {
    let made = try await Workbench().build(
      """
      FROM localhost/tiny AS one
      RUN --mount=type=cache,target=/c mknod /c/fifo p 2>/dev/null; cat /c/fifo > /got
      FROM localhost/tiny AS two
      RUN --mount=type=cache,target=/c mknod /c/fifo p 2>/dev/null; echo hello > /c/fifo
      FROM scratch
      COPY --from=two /etc/passwd /
      COPY --from=one /got /
      """)
    #expect(try await made.text("/got") == "hello\n")
  }

  @Test("stages that lock the same caches in another order do not wait for each other for ever")
  func lockedCaches() async throws {
    let made = try await Workbench().build(
      """
      FROM localhost/tiny AS one
      RUN --mount=type=cache,target=/a,sharing=locked --mount=type=cache,target=/b,sharing=locked touch /a/x /one
      FROM localhost/tiny AS two
      RUN --mount=type=cache,target=/b,sharing=locked --mount=type=cache,target=/a,sharing=locked touch /b/x /two
      FROM scratch
      COPY --from=one /one /
      COPY --from=two /two /
      """)
    #expect(try await made.status("/one") != nil)
  }

  @Test("a step that two stages have is done once; a stage that fails ends the others")
  func sharedSteps() async throws {
    let bench = try Workbench()
    let made = try await bench.build(
      """
      FROM localhost/tiny AS one
      RUN --mount=type=cache,target=/c echo done && mkdir /c/once
      FROM localhost/tiny AS two
      RUN --mount=type=cache,target=/c echo done && mkdir /c/once
      FROM scratch
      COPY --from=one /etc/passwd /one
      COPY --from=two /etc/passwd /two
      """)
    #expect(made.output == "done\n")
    let error = try await bench.failure(
      """
      FROM localhost/tiny AS endless
      RUN --mount=type=cache,target=/e mknod /e/fifo p; echo > /e/ready; cat /e/fifo
      FROM localhost/tiny AS broken
      RUN --mount=type=cache,target=/e mknod /e/other p 2>/dev/null; exit 5
      FROM scratch
      COPY --from=endless / /
      COPY --from=broken / /
      """)
    #expect(error.code == .commandFailed(status: 5))
    #expect(try bench.isClean)
  }
}
