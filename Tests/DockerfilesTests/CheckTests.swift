import Testing

@testable import Dockerfiles

/// What the rules find, beyond the examples of their page.
@Suite struct CheckTests {
  /// `Rule:line` of each finding.
  private func check(_ text: String, _ inputs: CheckInputs = CheckInputs()) throws -> [String] {
    let inspection = try Inspection(try Dockerfile.parse(text), inputs)
    #expect(inspection.error == nil)
    return inspection.findings.map { "\($0.rule.name):\($0.lines.lowerBound)" }
  }

  private func details(_ text: String, _ inputs: CheckInputs = CheckInputs()) throws -> [String] {
    try Inspection(try Dockerfile.parse(text), inputs).findings.map(\.detail)
  }

  @Test(
    arguments: [
      // casing of FROM, AS and the rest
      ("from a as b\ncopy x y", []),
      ("FROM a AS B\nFROM a as C\nFROM b AS d", ["StageNameCasing:1", "StageNameCasing:2", "FromAsCasing:2"]),
      ("From a as b\nFROM b AS c\nRUN x", ["ConsistentInstructionCasing:1"]),
      ("FROM a\ncopy a b\nRUN x", ["ConsistentInstructionCasing:2"]),
      ("from a\nCOPY a b\nrun x", ["ConsistentInstructionCasing:2"]),
      ("arg A=b\nFROM $A\nRUN x", []),
      // stages
      (
        "FROM a AS b\nFROM c AS B\nFROM d AS Scratch",
        [
          "StageNameCasing:2", "DuplicateStageName:2", "StageNameCasing:3", "ReservedStageName:3",
        ]
      ),
      ("FROM a\nFROM b\nFROM c", []),
      // continuations
      ("FROM a\nCOPY x \\\n\n.", ["NoEmptyContinuation:4"]),
      ("FROM a\nCOPY x \\\n  # c\n.", []),
      ("FROM a\nRUN <<EOF\n\n\\\n\nEOF", []),
      // commands
      ("FROM a\nCMD x\nENTRYPOINT y\nHEALTHCHECK CMD z", ["JSONArgsRecommended:2", "JSONArgsRecommended:3"]),
      ("FROM a AS b\nSHELL [\"/bin/bash\", \"-c\"]\nCMD x\nFROM b\nCMD y\nFROM c\nCMD z", ["JSONArgsRecommended:7"]),
      ("FROM a\nCMD\nENTRYPOINT []", []),
      (
        "FROM a\nHEALTHCHECK NONE\nCMD [\"a\"]\nHEALTHCHECK CMD x\nFROM b\nCMD [\"a\"]",
        [
          "MultipleInstructionsDisallowed:2"
        ]
      ),
      (
        "FROM a\nCMD [\"a\"]\nCMD [\"b\"]\nCMD [\"c\"]",
        [
          "MultipleInstructionsDisallowed:2", "MultipleInstructionsDisallowed:3",
        ]
      ),
      ("FROM a\nMAINTAINER x\nLABEL a b\nENV c=d e=f", ["MaintainerDeprecated:2", "LegacyKeyValueFormat:3"]),
      // WORKDIR
      ("FROM a AS b\nWORKDIR x\nWORKDIR y\nFROM b\nWORKDIR z", ["WorkdirRelativePath:2"]),
      ("FROM a AS b\nWORKDIR /x\nFROM b\nWORKDIR z\nFROM c\nWORKDIR w", ["WorkdirRelativePath:6"]),
      ("FROM a\nARG D=/srv\nWORKDIR $D/x", []),
      // EXPOSE
      ("FROM a\nARG P=80/TCP\nEXPOSE 1 $P 2/udp [::1]:3:4", ["ExposeProtoCasing:3", "ExposeInvalidFormat:3"]),
      // platforms
      ("FROM --platform=${TARGETPLATFORM} a", ["RedundantTargetPlatform:1"]),
      ("FROM --platform=linux/$TARGETARCH a", []),
      (
        "FROM --platform=linux/arm64 a AS b\nFROM --platform=linux/arm64 a AS linux",
        ["FromPlatformFlagConstDisallowed:1"]
      ),
      // names of bases
      ("FROM a:${V} AS b", ["UndefinedArgInFrom:1", "InvalidDefaultArgInFrom:1"]),
      ("ARG V\nFROM a:${V:-1}", []),
      ("ARG V=1\nFROM a:${V}${W} AS b", ["UndefinedArgInFrom:2"]),
      ("ARG D=sha256\nFROM a@$D:1", ["InvalidDefaultArgInFrom:2"]),
      ("ARG B=Debian\nFROM $B", ["InvalidDefaultArgInFrom:2"]),
      ("FROM localhost:5000/a/b_c.d--e:v1.0_x@sha256:\(String(repeating: "0", count: 64))", []),
      ("FROM oci:images/base:latest", []),
      // secrets
      (
        "FROM a\nENV GITHUB_TOKEN=x KEY=y PUBLIC_KEY=z TOKEN_FILE=f MONKEY=m\nARG password secret_version",
        [
          "SecretsUsedInArgOrEnv:2", "SecretsUsedInArgOrEnv:2", "SecretsUsedInArgOrEnv:3",
        ]
      ),
      ("ARG TOKEN\nFROM a", []),
    ] as [(String, [String])])
  func finds(_ text: String, rules: [String]) throws {
    #expect(try check(text) == rules)
  }

  @Test(
    arguments: [
      ("FROM a\nCOPY $x $Y", ["x"]),
      ("FROM scratch\nCOPY $x $Y", ["x", "Y"]),
      ("FROM scratch\nENV A=$A B=$A\nRUN echo $C", ["A"]),
      ("FROM scratch\nARG x\nENV A=$x y=${y:-1} z=${z+1} w=${w:+1}", []),
      ("FROM scratch\nENV A=${x#a} B=${y/a/b}", ["x", "y"]),
      ("FROM scratch\nENV A=1\nENV B=$A$PATH\nCMD [\"$C\"]\nHEALTHCHECK CMD echo $D", []),
      ("ARG g=1\nFROM scratch\nENV A=$g", ["g"]),
      ("ARG g=1\nFROM scratch\nARG g\nENV A=$g", []),
      ("FROM scratch\nENV A=$TARGETARCH\nARG TARGETOS\nENV B=$TARGETOS", ["TARGETARCH"]),
      ("FROM scratch AS b\nENV A=1\nFROM b\nENV B=$A$C", ["C"]),
      ("FROM a\nENV PATH=$PAHT:/x", ["PAHT"]),
      ("FROM scratch\nRUN --mount=type=cache,id=$i,target=/c true", ["i"]),
      ("FROM scratch\nCOPY <<EOF <<'END' /f\n$a\nEOF\n$b\nEND", ["a"]),
      (
        "FROM scratch\nLABEL a=$l\nUSER $u\nVOLUME $v\nSTOPSIGNAL $s\nEXPOSE $e\nWORKDIR /$w",
        ["l", "u", "v", "s", "e", "w"]
      ),
      ("FROM scratch\nADD --chown=$o --checksum=$c https://a/b $d", ["o", "c", "d"]),
      ("FROM scratch\nENV A=$@$*$1$?$HTTP_PROXY", []),
      ("FROM scratch\nENV A='$x' B=\"\\$x\"", []),
    ] as [(String, [String])])
  func findsVariablesThatNothingSets(_ text: String, names: [String]) throws {
    let found = try details(text).filter { $0.hasPrefix("Usage") }
    #expect(found.map { String($0.split(separator: "'")[1].dropFirst()) } == names)
  }

  @Test func suggestsWhatWasMeant() throws {
    #expect(try details("FROM a\nENV PATH=$PAHT").contains("Usage of undefined variable '$PAHT' (did you mean $PATH?)"))
    #expect(
      try details("ARG VERSION=1\nFROM a:$VERSIN").first
        == "FROM argument 'VERSIN' is not declared (did you mean $VERSION?)")
  }

  @Test func knowsWhatABaseSets() throws {
    let text = "FROM a\nENV B=$JAVA_HOME C=$NODE_VERSION\nENV D=${JAVA_HOME:?}"
    #expect(try check(text).isEmpty)
    let inputs = CheckInputs { $0 == "a" ? .init(environment: ["JAVA_HOME=/j"], platform: "linux/amd64") : nil }
    #expect(try check(text, inputs) == ["UndefinedVar:2"])
  }

  @Test func takesBuildArguments() throws {
    let text = "ARG V\nFROM a:$V\nARG D\nWORKDIR $D"
    #expect(try check(text, CheckInputs(buildArguments: ["V": "1", "D": "/x"])) == ["InvalidDefaultArgInFrom:2"])
  }

  @Test func checksTheStagesThatAreAskedFor() throws {
    let text = "FROM a AS b\nWORKDIR x\nFROM c AS d\nWORKDIR y\nFROM e"
    #expect(try check(text) == ["WorkdirRelativePath:2", "WorkdirRelativePath:4"])
    #expect(try check(text, CheckInputs(target: "d")) == ["WorkdirRelativePath:4"])
    #expect(try check(text, CheckInputs(checksAllStages: false)).isEmpty)
  }

  @Test func asksForIgnoredFiles() throws {
    let text = """
      # check=experimental=CopyIgnoredFile
      FROM z AS b
      FROM a
      COPY ./x/a.log y ADD.md /
      ADD https://h/x.log /x.log /
      COPY --from=b x.log /
      """
    let ignore = try DockerIgnore.parse("**/*.log\nADD.md")
    #expect(
      try details(text, CheckInputs(ignore: ignore)) == [
        "Attempting to Copy file \"./x/a.log\" that is excluded by .dockerignore",
        "Attempting to Copy file \"ADD.md\" that is excluded by .dockerignore",
        "Attempting to Add file \"/x.log\" that is excluded by .dockerignore",
      ])
    #expect(try details(text, CheckInputs(ignore: try DockerIgnore.parse("**\n!y"))).isEmpty)
    #expect(try details(String(text.split(separator: "\n", maxSplits: 1)[1]), CheckInputs(ignore: ignore)).isEmpty)
  }

  @Test(
    arguments: [
      ("# a is\nARG a\n# b: x\nFROM b AS b", ["InvalidDefinitionDescription:4"]),
      ("# x\n\nARG a\n# x\n#\nARG b\n# two\nARG c d\nFROM b", ["InvalidDefinitionDescription:8"]),
      ("ARG a\n# x\nFROM b\n# c\nRUN x\n# ARG\nARG e", ["InvalidDefinitionDescription:7"]),
    ] as [(String, [String])])
  func asksForDescriptions(_ text: String, rules: [String]) throws {
    #expect(
      try check("# check=experimental=all\n" + text).map { rule in
        let parts = rule.split(separator: ":")
        return "\(parts[0]):\((Int(parts[1]) ?? 0) - 1)"
      } == rules)
  }

  @Test func showsTheLinesAround() throws {
    let file = try Dockerfile.parse("FROM a\n\nRUN x\nCMD y \\\n  z\nUSER b\n")
    let finding = try #require(try Inspection(file).findings.first)
    #expect(
      finding.description(in: file.source) == """
        JSONArgsRecommended - https://docs.docker.com/go/dockerfile/rule/json-args-recommended/
        JSON arguments recommended for CMD to prevent unintended behavior related to OS signals
        Dockerfile:4
        --------------------
           2 |     \n\
           3 |     RUN x
           4 | >>> CMD y \\
           5 | >>>   z
           6 |     USER b
        --------------------

        """)
    #expect(finding.summary.hasSuffix("OS signals (line 4)"))
  }

  @Test func tellsWhyAFileCannotBeBuilt() throws {
    for (text, place) in [
      ("ARG A\nFROM a AS Bc\nFROM $A", "3:6"), ("FROM scratch\nENV A=${B:?no-B}", "2:7"),
      ("FROM a\nENV A=${B^}", "2:7"),
      ("FROM a AS b\nCOPY --from=b / /", "1:1"), ("FROM a\nCOPY --from=7 / /", "2:13"),
    ] {
      let inspection = try Inspection(try Dockerfile.parse(text))
      #expect(inspection.error?.location?.description == place, "\(text)")
    }
    let both = try Inspection(try Dockerfile.parse("ARG A\nFROM a AS Bc\nFROM $A"))
    #expect(both.findings.map(\.rule.name).contains("StageNameCasing"))
  }
}
