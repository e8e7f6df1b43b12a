import Testing

@testable import Dockerfiles

/// The corners of the language, each as BuildKit has it.
@Suite struct LanguageTests {
  /// What an instruction came to, as the names and values that matter.
  private func shown(_ line: String) throws -> String {
    switch try kind(line) {
    case .run(let run): return show(run.script)
    case .cmd(let cmd): return show(cmd.command)
    case .copy(let copy):
      return copy.sources.paths.map(\.text).joined(separator: "|") + "->" + copy.sources.destination.text
    case .add(let add):
      return add.sources.paths.map(\.text).joined(separator: "|") + "->" + add.sources.destination.text
    case .env(let env): return env.variables.map { "\($0.key.text)=\($0.value.text)" }.joined(separator: "|")
    case .label(let label): return label.labels.map { "\($0.key.text)=\($0.value.text)" }.joined(separator: "|")
    case .arg(let arg): return arg.arguments.map { "\($0.name.text)=\($0.value?.text ?? "nil")" }.joined(separator: "|")
    case .expose(let expose): return expose.ports.map(\.text).joined(separator: "|")
    case .volume(let volume): return volume.paths.map(\.text).joined(separator: "|")
    case .onbuild(let onbuild): return onbuild.trigger
    case .healthcheck(let check): return check.command.map(show) ?? "none"
    case .workdir(let workdir): return workdir.directory.text
    case .user(let user): return user.user.text
    case .shell(let shell): return shell.arguments.joined(separator: "|")
    default: return "?"
    }
  }

  private func show(_ script: RunInstruction.Script) -> String {
    switch script {
    case .command(let command): show(command)
    case .executable(let name, let content): "\(name): \(content)"
    }
  }

  private func show(_ command: CommandForm) -> String {
    switch command {
    case .shell(let text): text
    case .exec(let arguments): "[" + arguments.joined(separator: "|") + "]"
    }
  }

  @Test(arguments: [
    // heredocs
    ("RUN <<EOF bash -e\nx\nEOF", "<<EOF bash -e\nx\nEOF"),
    ("RUN bash <<EOF\nx\nEOF", "bash <<EOF\nx\nEOF"),
    ("RUN cat <<EOF > /f\n$x\nEOF", "cat <<EOF > /f\n$x\nEOF"),
    ("RUN 3<<EOF cat /dev/fd/3\nx\nEOF", "3<<EOF cat /dev/fd/3\nx\nEOF"),
    ("RUN <<A cat - <<B\n1\nA\n2\nB", "<<A cat - <<B\n1\nA\n2\nB"),
    ("RUN <<EOF\n# c\n\n  x \\\n  y\nEOF", "# c\n\n  x \\\n  y\n"),
    ("RUN <<-EOF\n\t\tx\n\t  y\n\tEOF", "x\n  y\n"),
    ("RUN <<E.O-F_1\nx\nE.O-F_1", "x\n"),
    ("RUN <<EOF\nFROM y\nEOF", "FROM y\n"),
    ("RUN \\\n# c\n<<EOF\nx\nEOF", "x\n"),
    ("RUN --mount=target=/a <<EOF\nx\nEOF", "x\n"),
    ("RUN <<EOF\n#!/usr/bin/env sh\nx\nEOF", "EOF: #!/usr/bin/env sh\nx\n"),
    ("ONBUILD COPY <<a <<-'b' /\n1\na\n\t2\n\tb", "COPY <<a <<-'b' /\n1\na\n\t2\nb"),
    ("onbuild run <<EOF\nx\nEOF", "run <<EOF\nx\nEOF"),
    ("ADD --chmod=755 <<a b /c/\n1\na", "b->/c/"),
    // JSON, and what is nearly JSON
    ("RUN [\"a\",\"b\"]", "[a|b]"), ("RUN ['a']", "['a']"), ("RUN [\"a\" \"b\"]", "[\"a\" \"b\"]"),
    ("RUN [\"a\"] x", "[\"a\"] x"), ("RUN [\"a\"", "[\"a\""), ("RUN \t[ \"a\" ]", "[a]"), ("CMD [ ]", "[]"),
    ("RUN [ \"a\",\\\n  \"b\" ]", "[a|b]"), ("RUN [ \"$x\" ]", "[$x]"), ("COPY [\"a b\",\"c\"]", "a b->c"),
    ("COPY [a, b]", "[a,->b]"), ("COPY [\"a\", \"b\"] c", "[\"a\",|\"b\"]->c"),
    ("VOLUME [\"/a\", \"/b c\"]", "/a|/b c"),
    ("VOLUME [/a]", "[/a]"), ("HEALTHCHECK CMD [\"a\", \"b\"]", "[a|b]"), ("HEALTHCHECK CMD [a]", "[a]"),
    ("HEALTHCHECK --interval=1s NONE", "none"),
    ("SHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]", "/bin/bash|-o|pipefail|-c"),
    // continuations
    ("RUN a \\\n\\\n b", "a  b"), ("RUN a \\ \t\n b", "a  b"), ("RUN a \\\n", "a"), ("RUN a \\\n  # c \\\n b", "a  b"),
    ("RUN a\\\\\n", "a\\\\"), ("RUN a \\\r\n b\r", "a  b"), ("RUN a # b", "a # b"), ("RUN a; \\\n\t#c\n\tb", "a; \tb"),
    // flags
    ("COPY --link --chown=a:b x y", "x->y"), ("COPY --chown=\"a b\" x y", "x->y"), ("COPY -- --x y", "--x->y"),
    ("COPY x --from=a y", "x|--from=a->y"), ("RUN --network=none --security=sandbox x", "x"), ("RUN -- --x", "--x"),
    ("COPY --exclude=a --exclude=*.b --parents ./a/./b /c", "./a/./b->/c"),
    ("ADD --unpack --checksum=sha256:0 --keep-git-dir=FALSE https://a/b /c", "https://a/b->/c"),
    // names and values
    ("ENV a b  c ", "a=b  c"), ("ENV a=b\\ c d='e f'", "a=b\\ c|d='e f'"), ("ENV a\tb", "a=b"), ("ENV a =b", "a==b"),
    ("ENV a=b=c", "a=b=c"), ("ENV a= b=c", "a=|b=c"), ("LABEL \"a b\"=c d.e/f=\"g\"", "\"a b\"=c|d.e/f=\"g\""),
    ("LABEL a=\"b\\\n c\"", "a=\"b c\""), ("ARG a b= c=d\\ e", "a=nil|b=|c=d\\ e"),
    ("EXPOSE 1 2/udp 3-5/tcp $p", "$p|1|2/udp|3-5/tcp"), ("USER a b", "a b"), ("WORKDIR  a b ", "a b"),
  ])
  func means(_ line: String, what: String) throws {
    #expect(try shown(line) == what)
  }

  @Test(
    arguments: [
      ("FROM a", "a", nil, nil), ("FROM a AS b", "a", "b", nil), ("from a aS B.c-d_e1", "a", "b.c-d_e1", nil),
      ("FROM --platform=$P a:b@c As d", "a:b@c", "d", "$P"), ("FROM \\\n  a \\\n # c\n AS b", "a", "b", nil),
      ("FROM scratch", "scratch", nil, nil), ("FROM ${A:-a b}", nil, nil, nil), ("FROM \"a\"", "\"a\"", nil, nil),
    ] as [(String, String?, String?, String?)])
  func readsFROM(_ line: String, image: String?, name: String?, platform: String?) throws {
    guard let image else {
      #expect(parseError(line) != nil)
      return
    }
    let from = try #require(try Dockerfile.parse(line).stages.first?.from)
    #expect(from.image.text == image && from.name == name && from.platform?.text == platform)
  }

  @Test(arguments: [
    ("#!/usr/bin/env imagesmith\n# syntax=a\n# check=skip=all\nFROM x", "a", "skip=all", "\\" as Unicode.Scalar),
    ("#!/x\n# escape=`\nFROM x", nil, nil, "\\"),
    ("#!/x\n\n# syntax=a\nFROM x", nil, nil, "\\"),
    ("\u{FEFF}# syntax=a\r\n# escape=`\r\nFROM x", "a", nil, "`"),
    ("# check = skip=all \n#syntax=a b\nFROM x", "a b", "skip=all", "\\"),
    ("# c\n# check=skip=all\nFROM x", nil, nil, "\\"),
    ("  # escape = `\nFROM x", nil, nil, "`"),
    ("#check=a\n#\n#syntax=b\nFROM x", nil, "a", "\\"),
  ])
  func readsDirectives(_ text: String, syntax: String?, check: String?, escape: Unicode.Scalar) throws {
    let directives = try Dockerfile.parse(text).directives
    #expect(directives.syntax == syntax && directives.check?.text == check && directives.escape == escape)
  }

  @Test func acceptsCommentsThatAreNoUTF8() throws {
    let latin = [UInt8(0xE9)]
    func text(_ parts: [[UInt8]]) -> [UInt8] { Array(parts.joined()) }
    let comments = text([Array("# caf".utf8), latin, Array("\nFROM a\nRUN a \\\n  # ".utf8), latin, Array("\n b".utf8)])
    #expect(try Dockerfile.parse(bytes: comments).stages[0].instructions.map(\.source) == ["RUN a  b"])
    for (bytes, place) in [
      (text([Array("FROM a\nLABEL a=".utf8), latin]), "2:9"),
      (text([Array("FROM a\nRUN a\\\n".utf8), latin]), "3:1"),
      (text([Array("FROM a\nRUN <<E\n# ".utf8), latin, Array("\nE".utf8)]), "3:3"),
    ] {
      let error = #expect(throws: DockerfileError.self) { try Dockerfile.parse(bytes: bytes) }
      #expect(error?.code == .encoding && error?.location?.description == place)
    }
  }

  @Test(arguments: [
    ("COPY --frm=a b c", "did you mean --from?"), ("COPY --exlude=a b c", "did you mean --exclude?"),
    ("ADD --keep-git=true a b", "did you mean --keep-git-dir?"),
    ("ADD --checksums=a b c", "did you mean --checksum?"),
    ("HEALTHCHECK --start-intervall=1s CMD x", "did you mean --start-interval?"),
    ("RUN --mount=type=cache,shering=locked,target=/a x", "did you mean sharing?"),
    ("RUN --mount=type=cache,sharing=lock,target=/a x", "did you mean locked?"),
    ("RUN --mount=type=tmpfs,mode=0755,target=/a x", "it goes with cache, secret, ssh"),
    ("RUN --mount=type=secret,id=a,src=b x", "keep the id"), ("RUN --secrity=insecure x", "did you mean --security?"),
    ("HELTHCHECK NONE", "did you mean HEALTHCHECK?"), ("WORKDIRS /a", "did you mean WORKDIR?"),
    ("USER --x a", "it takes no flags"), ("COPY a", "write COPY SOURCE... DESTINATION"),
  ])
  func hintsAt(_ line: String, hint: String) throws {
    #expect(try #require(parseError("FROM a\n" + line)).hint == hint)
  }
}
