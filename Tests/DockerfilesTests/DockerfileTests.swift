import Foundation
import Testing

@testable import Dockerfiles

/// The text of a fixture.
func fixture(_ name: String) throws -> String {
  let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")
  return try String(contentsOf: folder.appending(path: name), encoding: .utf8)
}

@Suite struct DockerfileTests {
  @Test func readsTheRecipe() throws {
    let file = try Dockerfile.parse(fixture("recipe.Dockerfile"))
    #expect(file.globalArgs.flatMap(\.arguments).map(\.name.text) == ["BASE_IMAGE"])
    let stage = try #require(file.stages.first)
    #expect(file.stages.count == 1)
    #expect(stage.from.image.text == "${BASE_IMAGE}")
    #expect(stage.range.start == SourceLocation(line: 3, column: 1))
    #expect(
      stage.instructions.map(\.name) == [
        "ARG", "ARG", "ENV", "RUN", "COPY", "RUN", "COPY", "COPY", "WORKDIR", "EXPOSE", "STOPSIGNAL", "HEALTHCHECK",
        "ENTRYPOINT", "CMD",
      ])
    guard case .run(let run) = stage.instructions[3].kind, case .shell(let command) = run.command else {
      Issue.record("the fourth instruction is no RUN in shell form")
      return
    }
    #expect(command.hasPrefix("set -eu;     if [ -s"))
    #expect(!command.contains("#"))
    #expect(command.hasSuffix("/etc/passwd-"))
    #expect(run.mounts.count == 1)
    #expect(stage.instructions[3].range.start.line == 11)
    #expect(stage.instructions[3].range.end.line == 20)
  }

  @Test func keepsTheSourceWithContinuationsJoined() throws {
    let all = try instructions("FROM scratch\n  run echo a \\\n   b \\\n# comment\n   c")
    #expect(all.map(\.source) == ["run echo a    b    c"])
    #expect(all.first?.range.start == SourceLocation(line: 2, column: 3))
    #expect(all.first?.range.end == SourceLocation(line: 5, column: 5))
  }

  @Test(arguments: ["FROM", "from", "From", "\tFROM", "   fRoM"])
  func ignoresTheCaseOfInstructions(_ from: String) throws {
    #expect(try Dockerfile.parse("\(from) scratch").stages.first?.from.image.text == "scratch")
  }

  @Test func acceptsMarksAndLineEnds() throws {
    let bytes: [UInt8] = [0xEF, 0xBB, 0xBF] + Array("# escape=`\r\nFROM a\r\nRUN b `\r\n c\r\n".utf8)
    let file = try Dockerfile.parse(bytes: bytes)
    #expect(file.directives.escape == "`")
    #expect(file.stages.first?.instructions.map(\.source) == ["RUN b  c"])
  }

  @Test(arguments: [
    ("# syntax=a/b:1\n# escape=`\nFROM x", "a/b:1", "`" as Unicode.Scalar),
    ("#SYNTAX = a\n#Escape=\\\nFROM x", "a", "\\"),
    ("# hello\n# escape=`\nFROM x", nil, "\\"),
    ("\n# escape=`\nFROM x", nil, "\\"),
    ("# unknown=1\n# escape=`\nFROM x", nil, "\\"),
    ("FROM x\n# escape=`", nil, "\\"),
    ("# syntax=\nFROM x", nil, "\\"),
  ])
  func readsDirectives(_ text: String, syntax: String?, escape: Unicode.Scalar) throws {
    let directives = try Dockerfile.parse(text).directives
    #expect(directives.syntax == syntax)
    #expect(directives.escape == escape)
  }

  @Test(arguments: [
    ("RUN a \\", "RUN a"),
    ("RUN a \\\n", "RUN a"),
    ("RUN a \\  \n b", "RUN a  b"),
    ("RUN a \\\n\n\n b", "RUN a  b"),
    ("RUN a \\\n   # c\n b", "RUN a  b"),
    ("RUN a \\\n b # c", "RUN a  b # c"),
    ("RUN a\\\nb", "RUN ab"),
    ("RUN a `", "RUN a `"),
    ("RUN a \\\\", "RUN a \\\\"),
  ])
  func joinsContinuations(_ text: String, source: String) throws {
    #expect(try instructions("FROM scratch\n\(text)").map(\.source) == [source])
  }

  @Test func keepsStagesApart() throws {
    let file = try Dockerfile.parse(fixture("stages.Dockerfile"))
    #expect(file.directives.check?.text == "skip=none;error=true")
    #expect(file.stages.map(\.name) == ["build", "tools", "assets", "debug", nil])
    #expect(file.stages.map(\.index) == [0, 1, 2, 3, 4])
    #expect(file.stages.first?.from.platform?.text == "$BUILDPLATFORM")
    #expect(file.stages.map(\.instructions.count) == [3, 1, 2, 3, 4])
  }

  @Test func readsTheBacktickFile() throws {
    let all = try instructions(fixture("windows.Dockerfile"))
    #expect(all.map(\.name) == ["COPY", "RUN", "ENV", "LABEL", "VOLUME", "MAINTAINER", "USER"])
    guard case .copy(let copy) = all[0].kind else { return }
    #expect(copy.sources.destination.text == "c:\\")
    guard case .env(let env) = all[2].kind else { return }
    #expect(env.variables.map(\.value.text) == ["\"b`\"c\"", "`$E"])
    let expander = try Dockerfile.parse(fixture("windows.Dockerfile")).expander
    #expect(try env.variables.map { try expander.expand($0.value) { _ in "x" } } == ["b\"c", "$E"])
  }

  @Test func readsTriggers() throws {
    let triggers = try Dockerfile.triggers(["COPY . /app", "RUN <<EOF\nmake\nEOF"], of: "base")
    #expect(triggers.map(\.name) == ["COPY", "RUN"])
    for wrong in ["FROM x", "ONBUILD RUN x", "", "RUN a\nRUN b", "nonsense"] {
      #expect(throws: DockerfileError.self) { try Dockerfile.triggers([wrong], of: "base") }
    }
  }
}
