import Foundation
import Testing

@testable import Builds

/// RUN, in a real runtime.
@Suite(.enabled(if: geteuid() == 0, "mounting an overlay needs root"))
struct RunTests {
  @Test("the environment is the image's and the arguments', and nothing of the caller's")
  func environment() async throws {
    setenv("AWS_SECRET_ACCESS_KEY", "never", 1)
    let made = try await Workbench().build(
      """
      FROM localhost/tiny
      ARG GIVEN
      ARG DEFAULT=d
      ARG UNSET
      ENV OWN=1 DEFAULT_AND=$DEFAULT
      RUN env
      """
    ) { $0.arguments = ["GIVEN": "g", "HTTP_PROXY": "http://proxy", "UNKNOWN": "u"] }
    let expected = [
      "DEFAULT=d", "DEFAULT_AND=d", "FROM_BASE=yes", "GIVEN=g", "HOME=/root", "HTTP_PROXY=http://proxy", "OWN=1",
      "PATH=/usr/bin:/bin", "PWD=/",
    ]
    #expect(made.output.split(separator: "\n").map(String.init).sorted() == expected)
    #expect(made.image.config.config?.env == ["PATH=/usr/bin:/bin", "FROM_BASE=yes", "OWN=1", "DEFAULT_AND=d"])
    #expect(made.image.config.history?.last?.createdBy == "RUN |3 GIVEN=g DEFAULT=d UNSET= /bin/sh -c env # buildkit")
  }

  @Test("a proxy is no part of the step's key")
  func proxies() async throws {
    let bench = try Workbench()
    let file = "FROM localhost/tiny\nRUN touch /x\n"
    _ = try await bench.build(file) { $0.arguments = ["HTTPS_PROXY": "http://one"] }
    #expect(try await bench.build(file) { $0.arguments = ["HTTPS_PROXY": "http://two"] }.cached == [2])
  }

  @Test("users, working directories, exec form, SHELL, scripts")
  func forms() async throws {
    let made = try await Workbench().build(
      """
      FROM localhost/tiny
      SHELL ["/bin/sh", "-e", "-c"]
      RUN echo "flags $-"
      RUN ["/usr/bin/env", "-i", "X=$PATH"]
      WORKDIR /a/new
      WORKDIR place
      USER app
      RUN readlink /proc/self/cwd; id -u; id -g; id -G
      USER 77
      RUN id -u; id -g
      USER app:staff
      RUN id -g
      WORKDIR /home/mine
      RUN <<SCRIPT
      touch here
      echo two lines
      SCRIPT
      RUN <<EOF
      #!/bin/cat
      itself
      EOF
      RUN cat <<one <<two
      1
      one
      2
      two
      """)
    let lines = [
      "flags e", "X=$PATH", "/a/new/place", "1000", "1001", "1001 50", "77", "0", "50", "two lines", "#!/bin/cat",
      "itself", "2",
    ]
    #expect(made.output.split(separator: "\n").map(String.init) == lines)
    let mine = try await made.status("/home/mine")
    #expect(mine?.uid == 1000 && mine?.gid == 50)
    #expect(try await made.status("/a/new")?.uid == 0)
    #expect(made.image.config.config?.workingDir == "/home/mine")
    // Nothing of the script itself stays.
    #expect(try await made.status("/dev/pipes") == nil)
  }

  @Test("a working directory that the base only names is there")
  func missingWorkingDirectory() async throws {
    let made = try await Workbench().build(
      "FROM localhost/tiny\nWORKDIR /gone\nRUN cd / && rm -r /gone\nRUN readlink /proc/self/cwd\n")
    #expect(made.output == "/gone\n")
  }

  @Test("no network")
  func network() async throws {
    let made = try await Workbench().build("FROM localhost/tiny\nRUN --network=none cat /proc/net/dev\n")
    #expect(made.output.split(separator: "\n").count == 3)
  }

  @Test("bind mounts: of the context without what is ignored, of a stage, written to in vain")
  func bindMounts() async throws {
    let bench = try Workbench([
      ".dockerignore": "secret*\ndeep/hidden\n!deep/hidden/shown", "secret.txt": "no", "file": "yes",
      "deep/hidden/key": "no", "deep/hidden/shown": "yes", "deep/plain": "yes",
    ])
    let made = try await bench.build(
      """
      FROM localhost/tiny AS other
      RUN mkdir /out && echo stage > /out/file
      FROM localhost/tiny
      RUN ln -s /tmp /link
      RUN --mount=type=bind,target=/src cd /src && ls -a . deep deep/hidden
      RUN --mount=type=bind,source=file,target=/one cat /one; touch /one 2>/dev/null || echo; echo ro
      RUN --mount=type=bind,from=other,source=/out,target=/link/in,rw cat /tmp/in/file && echo x > /tmp/in/new
      """)
    #expect(!made.output.contains("secret") && !made.output.contains("key"), "\(made.output)")
    #expect(made.output.contains(".dockerignore\ndeep\nfile\n"))
    #expect(made.output.contains("deep/hidden:\n.\n..\nshown\n"))
    #expect(made.output.hasSuffix("yes\nro\nstage\n"), "\(made.output)")
    #expect(try made.lastLayer() == [])
    // What is ignored, or is not mounted, does not count.
    try bench.write(["secret.txt": "changed", "deep/plain": "changed"])
    let again = try await bench.build(
      "FROM localhost/tiny\nRUN ln -s /tmp /link\nRUN --mount=type=bind,source=file,target=/one cat /one\n")
    try bench.write(["secret.txt": "changed again", "deep/plain": "changed again"])
    _ = again
    #expect(
      try await bench.build(
        "FROM localhost/tiny\nRUN ln -s /tmp /link\nRUN --mount=type=bind,source=file,target=/one cat /one\n"
      ).cached == [2, 3])
  }

  @Test("cache mounts live on, tmpfs does not, and neither is in the layer")
  func cacheMounts() async throws {
    let bench = try Workbench()
    let line = "RUN --mount=type=cache,id=c,target=/c,sharing=locked,mode=0700 --mount=type=tmpfs,target=/t"
    let first = try await bench.build("FROM localhost/tiny\n\(line) echo kept > /c/x; touch /t/x; stat -c %a /c /t\n")
    #expect(first.output == "700\n1777\n")
    #expect(try first.lastLayer() == [])
    let second = try await bench.build("FROM localhost/tiny\n\(line) cat /c/x; ls /t\n")
    #expect(second.output == "kept\n")
    let other = try await bench.build("FROM localhost/tiny\nRUN --mount=type=cache,target=/c ls /c\n")
    #expect(other.output == "")
  }

  @Test("a locked cache is one RUN's at a time, a private one has a folder for each")
  func sharing() async throws {
    for (sharing, seen) in [("locked", "1\n2\n"), ("private", "1\n1\n")] {
      let bench = try Workbench()
      // Each waits until its own mark is there alone, which under one lock comes to an end only one after the other.
      func script(_ name: String) -> String {
        """
        FROM localhost/tiny
        RUN --mount=type=cache,target=/c,sharing=\(sharing) : \(name); echo >>/c/count; sleep 0.3; \
        n=0; while read line; do n=$((n+1)); done </c/count; echo $n
        """
      }
      async let one = bench.build(script("one")).output
      async let two = bench.build(script("two")).output
      #expect(try await [one, two].sorted().joined() == seen)
    }
  }

  @Test("secrets: as a file, as a variable, absent, required; in no layer, history or folder")
  func secrets() async throws {
    let bench = try Workbench()
    let file = """
      FROM localhost/tiny
      RUN --mount=type=secret,id=s,target=/k/s,mode=0440,uid=5 --mount=type=secret,id=s,env=S --mount=type=secret,id=no \\
        cat /k/s; echo; echo $S; stat -c '%a %u' /k/s; ls /run/secrets 2>/dev/null || echo none
      """
    let made = try await bench.build(file) { $0.secrets = ["s": .value(Array("h u s h".utf8))] }
    #expect(made.output == "h u s h\nh u s h\n440 5\nnone\n")
    #expect(try made.lastLayer() == [])
    let history = made.image.config.history?.compactMap(\.createdBy).joined() ?? ""
    #expect(!history.contains("h u s h"))
    // A value is no part of the key.
    #expect(try await bench.build(file) { $0.secrets = ["s": .value([1])] }.cached == [2])
    let error = try await bench.failure("FROM localhost/tiny\nRUN --mount=type=secret,id=needed,required true\n")
    #expect(error.message == "Dockerfile:2:1: the secret needed is required and was not given")
    #expect(error.hint?.contains("--secret id=needed") == true)
    let unreadable = try await bench.failure("FROM localhost/tiny\nRUN --mount=type=secret,id=f cat /run/secrets/f\n") {
      $0.secrets = ["f": .file("/no/such/file")]
    }
    #expect(unreadable.message.contains("the secret f cannot be read: open /no/such/file"))
  }

  @Test("what lies under /etc/resolv.conf and /etc/hosts of the image is not touched")
  func networkFiles() async throws {
    let bench = try Workbench(["etc/": ""])
    try FileManager.default.createSymbolicLink(
      atPath: bench.context + "/etc/resolv.conf", withDestinationPath: "../run/none/resolv.conf")
    let made = try await bench.build("FROM localhost/tiny\nCOPY . /\nRUN touch /mark\n")
    #expect(try made.lastLayer() == ["/mark"])
  }

  @Test("labels of steps: a number alone in the one stage without a name")
  func labels() async throws {
    let labels = { (outcome: Workbench.Outcome) in
      outcome.events.compactMap { if case .began(let step) = $0 { step.label } else { nil } }
    }
    let bench = try Workbench()
    #expect(labels(try await bench.build("FROM scratch\nENV A=1\n")) == ["[1/2]", "[2/2]"])
    let two = try await bench.build("FROM scratch AS one\nFROM scratch\nCOPY --from=one . /\n")
    #expect(labels(two) == ["[one 1/1]", "[stage-1 1/2]", "[stage-1 2/2]"])
  }
}
