import Testing

@testable import Dockerfiles

@Suite struct CheckOptionsTests {
  /// Two findings, and one of an experimental rule.
  private static let text = "# x\nARG a\nFROM b AS C\nCMD d"

  private func check(_ directive: String, argument: String? = nil) throws -> (rules: [String], failsBuild: Bool) {
    let head = directive.isEmpty ? "" : "# check=\(directive)\n"
    let inputs = CheckInputs(buildArguments: argument.map { [CheckOptions.argument: $0] } ?? [:])
    let inspection = try Inspection(try Dockerfile.parse(head + Self.text), inputs)
    return (inspection.findings.map(\.rule.name), inspection.options.failsBuild)
  }

  @Test(
    arguments: [
      ("", ["StageNameCasing", "JSONArgsRecommended"], false),
      ("skip=StageNameCasing", ["JSONArgsRecommended"], false),
      ("skip = StageNameCasing , JSONArgsRecommended ; error = true", [], true),
      ("skip=all", [], false),
      ("skip=none", ["StageNameCasing", "JSONArgsRecommended"], false),
      ("error=true", ["StageNameCasing", "JSONArgsRecommended"], true),
      ("error=0", ["StageNameCasing", "JSONArgsRecommended"], false),
      ("experimental=all", ["InvalidDefinitionDescription", "StageNameCasing", "JSONArgsRecommended"], false),
      ("skip=all;experimental=InvalidDefinitionDescription;error=1", ["InvalidDefinitionDescription"], true),
      ("error=true;", ["StageNameCasing", "JSONArgsRecommended"], true),
    ] as [(String, [String], Bool)])
  func decide(_ directive: String, rules: [String], failsBuild: Bool) throws {
    let result = try check(directive)
    #expect(result.rules == rules)
    #expect(result.failsBuild == failsBuild)
  }

  @Test func giveWayToTheBuildArgument() throws {
    #expect(try check("skip=all", argument: "skip=StageNameCasing").rules == ["JSONArgsRecommended"])
    #expect(try check("skip=all", argument: "").rules.count == 2)
  }

  @Test(arguments: [
    ("skp=all", "1:9", "did you mean skip=?"), ("all", "1:9", "write skip=RULE,RULE;error=true;experimental=RULE"),
    ("skip=A;error=maybe", "1:16", "write error=true"), ("error", "1:9", "did you mean error=?"),
    ("skip=all;x=y", "1:18", "write skip=RULE,RULE;error=true;experimental=RULE"),
  ])
  func pointToTheMistake(_ directive: String, place: String, hint: String) throws {
    let error = try #require(throws: DockerfileError.self) { try check(directive) }
    #expect(error.location?.description == place)
    #expect(error.hint == hint)
    #expect(error.file == "Dockerfile")
  }

  @Test func tellThatTheBuildArgumentIsWrong() throws {
    let error = try #require(throws: DockerfileError.self) { try check("", argument: "skip=A;no=1") }
    #expect(error.file == "--build-arg BUILDKIT_DOCKERFILE_CHECK")
    #expect(error.location?.description == "1:8")
  }
}
