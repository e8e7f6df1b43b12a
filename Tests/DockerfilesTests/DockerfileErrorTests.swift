import Testing

@testable import Dockerfiles

@Suite struct DockerfileErrorTests {
  /// What is wrong, where it is seen, and of what kind it is.
  static let wrong: [(text: String, place: String, code: DockerfileError.Code)] = [
    ("", "1:1", .syntax),
    ("# only a comment\n", "1:1", .syntax),
    ("ARG A=1\n", "1:1", .syntax),
    ("RUN echo\nFROM scratch", "1:1", .syntax),
    ("ARG A\n\n  ENV B=1\nFROM scratch", "3:3", .syntax),
    ("FROM scratch\nCOPPY a b", "2:1", .unknownInstruction),
    ("FROM scratch\nRUN a\n  && b", "3:3", .unknownInstruction),
    ("FROM", "1:1", .syntax),
    ("FROM a AS", "1:6", .syntax),
    ("FROM a b c", "1:6", .syntax),
    ("FROM a AS 1st", "1:11", .syntax),
    ("FROM a AS b/c", "1:11", .syntax),
    ("FROM --platform a", "1:6", .flag),
    ("FROM --plattform=x a", "1:6", .flag),
    ("# escape=x\nFROM a", "1:10", .syntax),
    ("# escape=`\n# escape=`\nFROM a", "2:1", .syntax),
    ("FROM a\nRUN\n", "2:1", .syntax),
    ("FROM a\nRUN []", "2:5", .syntax),
    ("FROM a\nRUN --mont=type=cache,target=/x true", "2:5", .flag),
    ("FROM a\nRUN --mount=type=cash,target=/x true", "2:13", .flag),
    ("FROM a\nRUN --mount=type=cache,targte=/x true", "2:24", .flag),
    ("FROM a\nRUN --mount=type=cache,\\\ntargte=/x true", "3:1", .flag),
    ("FROM a\nRUN --mount=type=secret true", "2:13", .flag),
    ("FROM a\nRUN --mount=type=secret,id=a,sharing=shared true", "2:30", .flag),
    ("FROM a\nRUN --mount=type=bind,target=/x,mode=0755 true", "2:33", .flag),
    ("FROM a\nRUN --mount=type=cache,target=/x,mode=9 true", "2:34", .flag),
    ("FROM a\nRUN --mount=type=cache,target=/x,uid=-1 true", "2:34", .flag),
    ("FROM a\nRUN --mount=type=tmpfs,target=/x,size=big true", "2:34", .flag),
    ("FROM a\nRUN --mount=type=bind,from=$X,target=/x true", "2:28", .flag),
    ("FROM a\nRUN --mount=target true", "2:13", .flag),
    ("FROM a\nRUN --network=hots true", "2:15", .flag),
    ("FROM a\nRUN --network=none --network=host true", "2:20", .flag),
    ("FROM a\nRUN --security=none true", "2:16", .flag),
    ("FROM a\nRUN <<EOF\necho\n", "2:5", .syntax),
    ("FROM a\nRUN cat <<A <<B\n1\nA\n2\n", "2:13", .syntax),
    ("FROM a\nCOPY a", "2:6", .syntax),
    ("FROM a\nCOPY", "2:1", .syntax),
    ("FROM a\nCOPY [\"a\", 1]", "2:12", .syntax),
    ("FROM a\nCOPY --from=${X} a b", "2:13", .flag),
    ("FROM a\nCOPY --link=maybe a b", "2:6", .flag),
    ("FROM a\nCOPY --chown=1 --chown=2 a b", "2:16", .flag),
    ("FROM a\nCOPY --checksum=x a b", "2:6", .flag),
    ("FROM a\nCOPY a <<EOF\nx\nEOF", "2:8", .syntax),
    ("FROM a\nADD --from=x a b", "2:5", .flag),
    ("FROM a\nADD --link=false --link a b", "2:18", .flag),
    ("FROM a\nENV A", "2:5", .syntax),
    ("FROM a\nENV A=1 B", "2:9", .syntax),
    ("FROM a\nENV =1", "2:5", .syntax),
    ("FROM a\nENV", "2:1", .syntax),
    ("FROM a\nENV --x A=1", "2:5", .flag),
    ("FROM a\nLABEL a", "2:7", .syntax),
    ("FROM a\nARG", "2:1", .syntax),
    ("FROM a\nARG A =1", "2:7", .syntax),
    ("FROM a\nEXPOSE", "2:1", .syntax),
    ("FROM a\nVOLUME []", "2:8", .syntax),
    ("FROM a\nVOLUME [\"\"]", "2:8", .syntax),
    ("FROM a\nSHELL /bin/sh -c", "2:7", .syntax),
    ("FROM a\nSHELL []", "2:7", .syntax),
    ("FROM a\nCMD [1]", "2:6", .syntax),
    ("FROM a\nCMD [\"a\", {\"b\": [null, -1.5e3]}]", "2:11", .syntax),
    ("FROM a\nHEALTHCHECK", "2:1", .syntax),
    ("FROM a\nHEALTHCHECK curl x", "2:13", .syntax),
    ("FROM a\nHEALTHCHECK NONE x", "2:13", .syntax),
    ("FROM a\nHEALTHCHECK CMD", "2:13", .syntax),
    ("FROM a\nHEALTHCHECK --interval=5 CMD x", "2:24", .flag),
    ("FROM a\nHEALTHCHECK --interval=1us CMD x", "2:24", .flag),
    ("FROM a\nHEALTHCHECK --retries=-1 CMD x", "2:23", .flag),
    ("FROM a\nHEALTHCHECK --retry=1 CMD x", "2:13", .flag),
    ("FROM a\nONBUILD", "2:1", .syntax),
    ("FROM a\nONBUILD FROM b", "2:9", .syntax),
    ("FROM a\nONBUILD onbuild RUN x", "2:9", .syntax),
    ("FROM a\nONBUILD MAINTAINER x", "2:9", .syntax),
    ("FROM a\nONBUILD COPPY . .", "2:9", .unknownInstruction),
    ("FROM a\nONBUILD COPY .", "2:14", .syntax),
    ("FROM a\nWORKDIR", "2:1", .syntax),
    ("FROM a\nUSER", "2:1", .syntax),
    ("FROM a\nSTOPSIGNAL", "2:1", .syntax),
    ("FROM a\nMAINTAINER", "2:1", .syntax),
    ("FROM a\nRUN a\0b", "2:6", .encoding),
  ]

  @Test(arguments: wrong)
  func pointsToTheMistake(_ text: String, place: String, code: DockerfileError.Code) throws {
    let error = try #require(parseError(text), "accepted: \(text)")
    #expect(error.location?.description == place, "\(error)")
    #expect(error.code == code, "\(error)")
    #expect(error.file == "Dockerfile")
    #expect(error.hint?.isEmpty == false, "\(error)")
  }

  @Test(arguments: [
    ("COPPY a b", "did you mean COPY?"),
    ("RUNN a", "did you mean RUN?"),
    ("RUN --mont=x a", "did you mean --mount?"),
    ("RUN --mount=type=cash,target=/x a", "did you mean cache?"),
    ("RUN --mount=tpye=cache,target=/x a", "did you mean type?"),
    ("RUN --network=hots a", "did you mean host?"),
    ("COPY --chwon=1 a b", "did you mean --chown?"),
    ("ENTRYPONT a", "did you mean ENTRYPOINT?"),
    ("&& b", "to go on with the line above, end that with \\"),
  ])
  func namesTheNearest(_ line: String, hint: String) throws {
    #expect(try #require(parseError("FROM a\n\(line)")).hint == hint)
  }

  @Test func showsTheLineWithACaret() throws {
    let error = try #require(parseError("FROM a\nRUN \\\n\t--mont=x true"))
    #expect(
      error.description == """
        Dockerfile:3:2: RUN has no flag --mont
          \t--mont=x true
          \t^
        hint: did you mean --mount?
        """)
  }

  @Test func showsTheCaretInALongLine() throws {
    let error = try #require(parseError("FROM a\nCOPY --from=\(String(repeating: "x", count: 300)) --bad a b"))
    let lines = try #require(error.excerpt).split(separator: "\n").map { Array($0) }
    let caret = try #require(lines[1].firstIndex(of: "^"))
    #expect(String(lines[0][caret...]).hasPrefix("--bad"))
    #expect(lines[0].count < 200)
  }

  @Test func refusesWhatIsNoText() throws {
    for (bytes, place): ([UInt8], String) in [
      (Array("FROM a\nRUN ".utf8) + [0xFF], "2:5"), (Array("FR".utf8) + [0xC3, 0x28], "1:3"),
      ([0xFF, 0xFE, 0x46, 0x00], "1:1"),
    ] {
      let error = #expect(throws: DockerfileError.self) { try Dockerfile.parse(bytes: bytes) }
      #expect(error?.code == .encoding)
      #expect(error?.location?.description == place)
    }
  }

  @Test func refusesAnEndlessLine() throws {
    let limit = LineReader.maximumLineLength
    #expect(parseError("FROM a\n# " + String(repeating: "x", count: limit - 2)) == nil)
    let error = try #require(parseError("FROM a\n# " + String(repeating: "x", count: limit - 1)))
    #expect(error.code == .encoding)
    #expect(error.location == SourceLocation(line: 2, column: 1))
  }
}
