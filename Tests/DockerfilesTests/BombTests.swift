import Testing

@testable import Dockerfiles

/// Files made to take for ever: what takes a time that grows by the square of the input, or worse, would not end here.
@Suite struct BombTests {
  /// Parses and checks; returns what is wrong, if anything is.
  private func use(_ text: String) -> DockerfileError? {
    do throws(DockerfileError) {
      return try Inspection(try Dockerfile.parse(text)).error
    } catch {
      return error
    }
  }

  @Test(arguments: [
    "RUN --a", "ENV A=1", "COPY <<a", "RUN \"", "ARG A", "CMD [\"a\",", "RUN --mount=type=cache,", "ENV A=${A:-",
    "ENV A=$A$A", "VOLUME [", "EXPOSE 1", "LABEL '", "RUN <<'", "ENV A=${A//a/", "COPY [\"a\",", "CMD [[",
    "CMD [{\"a\":",
    "HEALTHCHECK --interval=1s", "RUN chown -R a /a;", "ONBUILD RUN <<a", "FROM", "EXPOSE $A",
  ])
  func ofLongLines(_ start: String) {
    let piece = " " + (start.split(separator: " ", maxSplits: 1).dropFirst().first ?? "a")
    let line = start + String(repeating: piece, count: 15_000 / piece.utf8.count)
    let error = use("FROM a\n" + Array(repeating: line, count: 4).joined(separator: "\\\n"))
    #expect(error == nil || error?.location != nil)
  }

  @Test func ofALineOverManyLines() {
    #expect(use("FROM a\nRUN a" + String(repeating: "\\\nb", count: 20_000)) == nil)
    #expect(use("FROM a\nRUN --mount=target=/a" + String(repeating: "\\\nb", count: 20_000) + " c") == nil)
    #expect(use("FROM a\nENV A=a" + String(repeating: "\\\n$b", count: 10_000)) == nil)
    #expect(use("FROM a\nRUN a" + String(repeating: "\\\n\n#\n", count: 20_000)) == nil)
  }

  @Test func ofManyStages() {
    let count = 4_000 * FuzzCorpus.scale
    let chain = (0..<count).map { "FROM s\($0) AS s\($0 + 1)\nCOPY --from=s\($0) a b\nENV A\($0)=1\n" }.joined()
    #expect(use("FROM a AS s0\n" + chain) == nil)
    let circle = (0..<count).map { "FROM a AS s\($0)\nCOPY --from=s\(($0 + 1) % count) a b\n" }.joined()
    #expect(use(circle)?.code == .unknownStage)
    let many = "FROM a\n" + (0..<count).map { "COPY --from=i\($0) a b\nARG A\($0)\nENV E\($0)=$U\($0)\n" }.joined()
    #expect(use(many) == nil)
  }

  @Test func ofManyOwners() {
    let count = 1_000 * FuzzCorpus.scale
    let owners = (0..<count).map { "COPY a /a\($0)\nRUN chown -R a /b\($0)\n" }.joined()
    #expect(use("FROM a\n" + owners) == nil)
  }

  @Test func ofDeepNesting() {
    for open in ["${a:-", "${a:+", "${a#", "${a/", "${a/b/"] {
      let deep = String(repeating: open, count: 8_000) + String(repeating: "}", count: 8_000)
      #expect(use("FROM a\nENV A=\(deep)")?.code == .expansion)
    }
    #expect(use("FROM a\n" + String(repeating: "ONBUILD ", count: 8_000) + "RUN a")?.code == .syntax)
  }

  @Test func ofValuesThatDouble() {
    let doubling = (0..<40).map { _ in "ENV A=$A$A\n" }.joined()
    #expect(use("FROM a\nENV A=a\n" + doubling)?.reason.contains("expands to more than") == true)
    let pattern = String(repeating: "a*", count: 500)
    let grown = "FROM a\nENV A=a\n" + (0..<18).map { _ in "ENV A=$A$A\n" }.joined()
    for modifier in ["#", "##", "%", "%%", "/", "//"] {
      let wanted = modifier.hasPrefix("%") ? "b" + pattern.reversed() : pattern + "b"
      let tail = modifier.hasPrefix("/") ? "/}" : "}"
      #expect(use(grown + "ENV B=${A\(modifier)\(wanted)\(tail)")?.code == .expansion, "\(modifier)")
    }
  }

  @Test func ofHeredocsWithoutEnd() {
    let lines = String(repeating: "x\n", count: 50_000)
    let error = use("FROM a\nRUN <<EOF\n" + lines)
    #expect(error?.location == SourceLocation(line: 2, column: 5))
    let many = "RUN" + (0..<2_000).map { " <<E\($0)" }.joined() + "\n"
    #expect(use("FROM a\n" + many + lines)?.location?.line == 2)
  }

  @Test func ofPatterns() throws {
    let ignore = try DockerIgnore.parse(String(repeating: "**/a*a*a*a*a*a*b\n", count: 100))
    let path = Array(repeating: "aaaaaaaaaaaaaaaa", count: 8).joined(separator: "/")
    #expect(!ignore.matches(path))
    let stars = try DockerIgnore.parse(String(repeating: "**/", count: 200) + "x")
    #expect(!stars.matches(Array(repeating: "a", count: 100).joined(separator: "/")))
  }
}
