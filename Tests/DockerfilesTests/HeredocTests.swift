import Testing

@testable import Dockerfiles

@Suite struct HeredocTests {
  private func run(_ text: String) throws -> RunInstruction? {
    guard case .run(let run) = try kind(text) else { return nil }
    return run
  }

  @Test func isTheScriptOfARunAlone() throws {
    #expect(try run("RUN <<EOF\necho $A\n# b\nEOF")?.script == .command(.shell("echo $A\n# b\n")))
    #expect(try run("RUN <<-'EOF'\n\techo\n\t\tb\n\tEOF")?.script == .command(.shell("echo\nb\n")))
    #expect(try run("RUN --network=none <<EOF\na\nEOF")?.script == .command(.shell("a\n")))
    #expect(try run("RUN << EOF\na\nEOF")?.script == .command(.shell("a\n")))
    #expect(try run("RUN <<EOF\nEOF")?.script == .command(.shell("")))
  }

  @Test func isAProgramWithAnInterpreterLine() throws {
    #expect(
      try run("RUN <<py\n#!/usr/bin/python3\nprint()\npy")?.script
        == .executable(name: "py", content: "#!/usr/bin/python3\nprint()\n"))
    // Only what begins the text in the file counts.
    #expect(try run("RUN <<-py\n\t#!/bin/sh\n\tpy")?.script == .command(.shell("#!/bin/sh\n")))
  }

  @Test func isLeftToTheShellElse() throws {
    let line = "RUN cat <<A >/a && cat <<-\"B\" >/b"
    let text = "\(line)\n1\nA\n\t2\n\tB"
    #expect(try run(text)?.script == .command(.shell("\(line.dropFirst(4))\n1\nA\n\t2\nB")))
    #expect(try run("RUN python3 <<EOF\nprint()\nEOF")?.script == .command(.shell("python3 <<EOF\nprint()\nEOF")))
  }

  @Test(arguments: [
    ("<<eof", "eof", true), ("<<eo\\'f", "eo'f", true), ("<<eo'f'", "eof", false), ("<<\"e o\"", "e o", false),
    ("<<$EOF", "$EOF", true), ("3<<-eof", "eof", true), ("<<   eof", "eof", true), ("<<e\"\"of", "eof", false),
  ])
  func tellsTheDelimiter(_ word: String, name: String, expand: Bool) throws {
    let heredoc = try #require(try run("RUN cat \(word)\nx\n\(name)")?.heredocs.first)
    #expect(heredoc.name == name)
    #expect(heredoc.expand == expand)
    #expect(heredoc.content == "x\n")
    #expect(heredoc.fileDescriptor == (word.hasPrefix("3") ? 3 : 0))
  }

  @Test(arguments: [
    "RUN cat <<<EOF", "RUN cat <<< \"x\"", "RUN echo \"<<EOF\"", "RUN echo '<<EOF'", "RUN echo a<<EOF", "RUN echo <<",
    "RUN [\"echo\", \"<<EOF\"]", "RUN echo it's <<EOF", "RUN echo \\<<EOF", "RUN echo $((1<<2))", "CMD cat <<EOF",
    "ENV A=<<EOF", "ENTRYPOINT cat <<EOF", "RUN echo <<\"\"",
  ])
  func isNotEverywhere(_ line: String) throws {
    #expect(try instructions("FROM a\n\(line)\nUSER x").map(\.name).last == "USER")
  }

  @Test func givesFilesToCopy() throws {
    guard case .copy(let copy) = try kind("COPY a <<b.txt <<-\"c d\" e /f/\n1 $X\nb.txt\n\t2\n\tc d") else { return }
    #expect(copy.sources.paths.map(\.text) == ["a", "e"])
    #expect(copy.sources.files.map(\.name) == ["b.txt", "c d"])
    #expect(copy.sources.files.map(\.content) == ["1 $X\n", "2\n"])
    #expect(copy.sources.files.map(\.expand) == [true, false])
    #expect(copy.sources.destination.text == "/f/")
    guard case .add(let add) = try kind("ADD << x /f\n1\nx") else { return }
    #expect(add.sources.paths.isEmpty && add.sources.files.map(\.name) == ["x"])
  }

  @Test func takesItsLinesAsTheyAre() throws {
    let heredoc = try #require(try run("RUN <<X <<Y\r\nY\r\n \\\r\nX\r\nX\r\nY\r\n")?.heredocs)
    #expect(heredoc.map(\.content) == ["Y\r\n \\\r\n", "X\r\n"])
  }

  @Test func endsTheInstruction() throws {
    let all = try instructions("FROM a\nRUN <<A\nx\nA\nUSER b")
    #expect(all.map(\.name) == ["RUN", "USER"])
    #expect(all[0].source == "RUN <<A")
    #expect(all[0].range.end == SourceLocation(line: 4, column: 2))
  }

  @Test func staysInATrigger() throws {
    guard case .onbuild(let onbuild) = try kind("ONBUILD RUN <<-A\n\tx\n\tA") else { return }
    #expect(onbuild.trigger == "RUN <<-A\n\tx\nA")
    guard case .run(let again) = try Dockerfile.triggers([onbuild.trigger], of: "x")[0].kind else { return }
    #expect(again.script == .command(.shell("x\n")))
  }

  @Test func readsTheFixture() throws {
    let file = try Dockerfile.parse(fixture("heredocs.Dockerfile"))
    let all = file.stages[0].instructions
    #expect(all.map(\.name) == ["ARG", "RUN", "RUN", "RUN", "RUN", "COPY", "ONBUILD", "SHELL", "RUN"])
    guard case .copy(let copy) = all[5].kind else { return }
    let values = ["NAME": "n"]
    let contents = try copy.sources.files.map { try file.expander.expand($0) { values[$0] } }
    #expect(contents == ["#!/bin/sh\necho n $HOME \"it's\"\n", "$NAME stays\n"])
  }

  @Test(arguments: [
    ("<<E", "a\nb ${c^}", "4:3"), ("<<-E", "a\n\t\tb ${c^}", "4:5"), ("<<E", "a\r\nb\r\n é${c^}\r", "5:3"),
    ("<<F <<E", "1\nF\n${c^}", "5:1"), ("<<E", "${c", "3:1"),
  ])
  func tellsWhichOfItsLinesIsWrong(_ opening: String, body: String, place: String) throws {
    let file = try Dockerfile.parse("FROM a\nCOPY \(opening) /f/\n\(body)\nE")
    guard case .copy(let copy) = file.stages[0].instructions[0].kind, let last = copy.sources.files.last else { return }
    let error = try #require(throws: DockerfileError.self) { try file.expander.expand(last) { _ in nil } }
    #expect(error.location?.description == place)
    #expect(try Inspection(file).error?.location?.description == place)
  }
}
