import Testing

@testable import Dockerfiles

@Suite struct SourceExcerptTests {
  private func excerpt(_ text: String, of number: Int) throws -> String {
    let file = try Dockerfile.parse(text)
    let range = try #require(file.stages.last).instructions[number].range
    return SourceExcerpt(file.source, range).description
  }

  @Test func marksTheLinesOfAStep() throws {
    let text = "FROM scratch\nENV A=1\nENV B=2\nRUN one \\\n  two\nENV C=3\nENV D=4\nENV E=5\n"
    let expected = """
        2 |     ENV A=1
        3 |     ENV B=2
        4 | >>> RUN one \\
        5 | >>>   two
        6 |     ENV C=3
        7 |     ENV D=4
      """
    #expect(try excerpt(text, of: 2) == expected)
  }

  @Test func alignsNumbersAndStopsAtTheEnds() throws {
    let text = "FROM scratch\n" + String(repeating: "\n", count: 8) + "RUN one\n"
    #expect(try excerpt(text, of: 0) == "   8 |\n   9 |\n  10 | >>> RUN one")
  }

  @Test func cutsALongHeredocAndALongLine() throws {
    let text = "FROM scratch\nRUN <<END\n" + String(repeating: "x\n", count: 50) + "END\n"
    #expect(try excerpt(text, of: 0).split(separator: "\n").count < 20)
    let long = try excerpt("FROM scratch\nRUN " + String(repeating: "y", count: 5000), of: 0)
    #expect(long.count < 400)
  }

  @Test func keepsATerminalFromHarm() throws {
    #expect(try !excerpt("FROM scratch\nRUN echo \u{1B}[2J\n", of: 0).contains("\u{1B}"))
  }
}
