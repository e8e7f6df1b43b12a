import Testing

@testable import Dockerfiles

@Suite struct InstructionTests {
  @Test(arguments: [
    ("[\"a\", \"b c\"]", CommandForm.exec(["a", "b c"])),
    ("  [ \"a\" , \"\" ]  ", .exec(["a", ""])),
    (#"["\"\\\/\b\f\n\r\t\u0041\ud83d\ude00\ud83d"]"#, .exec(["\"\\/\u{8}\u{C}\n\r\tA😀\u{FFFD}"])),
    ("[\"a\", 'b']", .shell("[\"a\", 'b']")),
    ("[\"a\",]", .shell("[\"a\",]")),
    ("[\"a\"", .shell("[\"a\"")),
    ("[\"a\"] && b", .shell("[\"a\"] && b")),
    ("[a]", .shell("[a]")),
    (#"["c:\x"]"#, .shell(#"["c:\x"]"#)),
    ("[ -f /x ] || exit 1", .shell("[ -f /x ] || exit 1")),
    ("[\"a\", 01]", .shell("[\"a\", 01]")),
    ("echo   \"a  b\" 'c'", .shell("echo   \"a  b\" 'c'")),
  ])
  func tellsTheExecFormFromTheShellForm(_ text: String, command: CommandForm) throws {
    guard case .cmd(let cmd) = try kind("CMD \(text)") else { return }
    #expect(cmd.command == command)
    guard case .entrypoint(let entrypoint) = try kind("ENTRYPOINT \(text)") else { return }
    #expect(entrypoint.command == command)
    guard case .run(let run) = try kind("RUN \(text)") else { return }
    #expect(run.command == command)
    #expect(run.script == .command(command))
  }

  @Test func acceptsAnEmptyCommand() throws {
    guard case .cmd(let none) = try kind("CMD"), case .cmd(let list) = try kind("CMD []"),
      case .entrypoint(let entrypoint) = try kind("ENTRYPOINT []")
    else { return }
    #expect(none.command.isEmpty && list.command.isEmpty && entrypoint.command.isEmpty)
  }

  @Test(arguments: [
    ("A=1", [["A", "1"]]),
    ("A=1 B=2", [["A", "1"], ["B", "2"]]),
    ("A=", [["A", ""]]),
    ("A=\"b c\" D='e f'", [["A", "\"b c\""], ["D", "'e f'"]]),
    (#"A=b\ c D=x=y"#, [["A", #"b\ c"#], ["D", "x=y"]]),
    (#"A="b\"c d" E=1"#, [["A", #""b\"c d""#], ["E", "1"]]),
    (#"A='b\' C=1"#, [["A", #"'b\'"#], ["C", "1"]]),
    ("A b c  d", [["A", "b c  d"]]),
    ("A b=c", [["A", "b=c"]]),
    ("A   \"b\"", [["A", "\"b\""]]),
    ("A=${B:-\"c d\"}", [["A", "${B:-\"c d\"}"]]),
    ("A=1 \\\n  # c\n  B=2 \\\n", [["A", "1"], ["B", "2"]]),
    ("\"A B\"=1", [["\"A B\"", "1"]]),
  ])
  func readsPairs(_ text: String, pairs: [[String]]) throws {
    guard case .env(let env) = try kind("ENV \(text)") else { return }
    #expect(env.variables.map { [$0.key.text, $0.value.text] } == pairs)
    guard case .label(let label) = try kind("LABEL \(text)") else { return }
    #expect(label.labels.map { [$0.key.text, $0.value.text] } == pairs)
  }

  @Test func readsArguments() throws {
    guard case .arg(let arg) = try kind("ARG A B=2 C= D=\"x y\"") else { return }
    #expect(arg.arguments.map(\.name.text) == ["A", "B", "C", "D"])
    #expect(arg.arguments.map { $0.value?.text } == [nil, "2", "", "\"x y\""])
  }

  @Test func readsCopy() throws {
    let line = "COPY --from=b --chown=1:2 --chmod=u+x --link --parents --exclude=a --exclude='b c' x ./y \"z\" /d/"
    guard case .copy(let copy) = try kind(line) else { return }
    #expect(copy.from?.text == "b")
    #expect(copy.chown?.text == "1:2")
    #expect(copy.chmod?.text == "u+x")
    #expect(copy.link && copy.parents)
    #expect(copy.exclude.map(\.text) == ["a", "b c"])
    #expect(copy.sources.paths.map(\.text) == ["x", "./y", "\"z\""])
    #expect(copy.sources.destination.text == "/d/")
    #expect(copy.sources.destination.location == SourceLocation(line: 2, column: 94))
  }

  @Test(arguments: [
    ("COPY --link=false a b", false), ("COPY --link=TRUE a b", true), ("COPY a b", false), ("COPY -- --a b", false),
  ])
  func readsBooleanFlags(_ line: String, link: Bool) throws {
    guard case .copy(let copy) = try kind(line) else { return }
    #expect(copy.link == link)
    #expect(copy.sources.paths.count == 1)
  }

  @Test func readsPathsWithBlanksAsJSON() throws {
    guard case .copy(let copy) = try kind("COPY --link [\"a b\", \"c\", \"/d e/\"]") else { return }
    #expect(copy.sources.paths.map(\.text) == ["a b", "c"])
    #expect(copy.sources.destination.text == "/d e/")
    guard case .volume(let volume) = try kind("VOLUME /a \t /b"), case .volume(let json) = try kind("VOLUME [\"/a b\"]")
    else { return }
    #expect(volume.paths.map(\.text) == ["/a", "/b"])
    #expect(json.paths.map(\.text) == ["/a b"])
  }

  @Test func readsAdd() throws {
    guard case .add(let add) = try kind("ADD --checksum=sha256:0 --keep-git-dir --unpack=false https://a/b /c") else {
      return
    }
    #expect(add.checksum?.text == "sha256:0")
    #expect(add.keepGitDirectory == true)
    #expect(add.unpack == false)
    guard case .add(let plain) = try kind("ADD a b") else { return }
    #expect(plain.keepGitDirectory == nil && plain.unpack == nil && !plain.link)
  }

  @Test func readsHealthchecks() throws {
    let line =
      "HEALTHCHECK --interval=1m30s --timeout=1.5s --start-period=0 --start-interval=500ms --retries=4 CMD [\"a\"]"
    guard case .healthcheck(let check) = try kind(line), case .healthcheck(let none) = try kind("HEALTHCHECK none")
    else { return }
    #expect(check.command == .exec(["a"]))
    #expect(check.interval == 90_000_000_000)
    #expect(check.timeout == 1_500_000_000)
    #expect(check.startPeriod == 0)
    #expect(check.startInterval == 500_000_000)
    #expect(check.retries == 4)
    #expect(none.command == nil)
    guard case .healthcheck(let shell) = try kind("HEALTHCHECK cmd  curl -f x || exit 1") else { return }
    #expect(shell.command == .shell("curl -f x || exit 1"))
  }

  @Test func readsTheRest() throws {
    guard case .workdir(let workdir) = try kind("WORKDIR /a b/c  "), case .user(let user) = try kind("USER $U:grp"),
      case .stopsignal(let signal) = try kind("STOPSIGNAL SIGTERM"),
      case .expose(let expose) = try kind("EXPOSE 1 $P/udp"),
      case .shell(let shell) = try kind("SHELL [\"a\", \"-c\"]"),
      case .maintainer(let maintainer) = try kind("MAINTAINER A <a@b>"),
      case .onbuild(let onbuild) = try kind("ONBUILD   RUN  a \\\n b")
    else {
      Issue.record("not what it says")
      return
    }
    #expect(workdir.directory.text == "/a b/c")
    #expect(user.user.text == "$U:grp")
    #expect(signal.signal.text == "SIGTERM")
    #expect(expose.ports.map(\.text) == ["$P/udp", "1"])
    #expect(shell.arguments == ["a", "-c"])
    #expect(maintainer.name == "A <a@b>")
    #expect(onbuild.trigger == "RUN  a  b")
  }

  @Test(arguments: [
    ("1h2m3.5s", 3_723_500_000_000 as Int64?), ("0", 0), ("-1s", -1_000_000_000), ("+5ms", 5_000_000),
    (".5s", 500_000_000),
    ("1µs", 1000), ("2562047h", 9_223_369_200_000_000_000), ("2562048h", nil), ("9999999999999999999s", nil), ("", nil),
    ("5", nil), ("s", nil), (".s", nil), ("1d", nil), ("1s 2s", nil), ("-", nil),
  ])
  func readsDurations(_ text: String, nanoseconds: Int64?) {
    #expect(GoDuration.parse(text) == nanoseconds)
  }

  @Test(arguments: [
    ("512", 512 as Int64?), ("64m", 67_108_864), ("1.5 GiB", 1_610_612_736), ("1KB", 1024), ("0", 0), ("", nil),
    ("-1", nil),
    ("1x", nil), ("1kk", nil), ("1..5", nil), ("99999p", nil), ("b", nil),
  ])
  func readsSizes(_ text: String, bytes: Int64?) {
    #expect(ByteSize.parse(text) == bytes)
  }

  @Test(
    arguments: [
      ("80", ["80/tcp"]), ("80/tcp", ["80/tcp"]), ("53/UDP", ["53/udp"]), ("1/sctp", ["1/sctp"]), ("80/", ["80/tcp"]),
      ("7000-7002/udp", ["7000/udp", "7001/udp", "7002/udp"]), ("5-5", ["5/tcp"]), ("0", ["0/tcp"]),
      ("65535", ["65535/tcp"]), ("8080:80", ["80/tcp"]), (":80", ["80/tcp"]), ("127.0.0.1:8080:80/udp", ["80/udp"]),
      ("127.0.0.1::80", ["80/tcp"]), ("[::1]:8080:80", ["80/tcp"]), ("8000-8002:80", ["80/tcp"]),
      ("1-2:3-4", ["3/tcp", "4/tcp"]), ("", nil), ("x", nil), ("65536", nil), ("-1", nil), ("80/icmp", nil),
      ("2-1", nil),
      ("80-", nil), ("1-2-3", nil), ("8080:", nil), ("x:80", nil), ("1-2:3-5", nil), ("host:1:2", nil),
      ("300.0.0.1:1:2", nil), ("+80", nil), ("٨", nil), ("80/tcp/udp", nil),
    ] as [(String, [String]?)])
  func readsPorts(_ word: String, ports: [String]?) {
    #expect(ExposedPorts(word)?.ports == ports)
  }
}
