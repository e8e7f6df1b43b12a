import Testing

@testable import Dockerfiles

@Suite struct StageGraphTests {
  private func graph(_ text: String, _ arguments: [String: String] = [:]) throws(DockerfileError) -> StageGraph {
    let file = try Dockerfile.parse(text)
    let globals = try StageGraph.globalArguments(
      of: file, buildArguments: arguments, platform: ["BUILDPLATFORM": "linux/arm64"])
    return try StageGraph(file, globals: globals)
  }

  @Test func expandsEveryFrom() throws {
    let graph = try graph(fixture("stages.Dockerfile"))
    #expect(
      graph.bases.map(\.source) == [.image("golang:1.25"), .image("alpine:3.22"), .scratch, .stage(1), .scratch])
    #expect(graph.bases.map(\.platform) == ["linux/arm64", nil, nil, nil, nil])
    #expect(try self.graph(fixture("stages.Dockerfile"), ["BASE": "debian"]).bases[3].source == .image("debian"))
  }

  @Test(arguments: [
    (nil as String?, [0, 1, 4]), ("", [0, 1, 4]), ("debug", [1, 0, 2, 3]), ("DEBUG", [1, 0, 2, 3]), ("tools", [1]),
    ("2", [2]),
    ("4", [0, 1, 4]), ("build", [0]),
  ])
  func findsWhatATargetNeeds(_ target: String?, stages: [Int]) throws {
    #expect(try graph(fixture("stages.Dockerfile")).reachable(target: target) == stages)
  }

  @Test func leavesOutWhatAContextReplaces() throws {
    #expect(try graph(fixture("stages.Dockerfile")).reachable(replaced: ["build"]) == [1, 4])
  }

  @Test(arguments: ["nope", "5", "-1", "toolz"])
  func listsTheStages(_ target: String) throws {
    let error = try #require(throws: DockerfileError.self) {
      try graph(fixture("stages.Dockerfile")).reachable(target: target)
    }
    #expect(error.code == .unknownStage)
    #expect(error.hint?.hasSuffix("the stages are build, tools, assets, debug, 4") == true)
    #expect(error.hint?.hasPrefix("did you mean tools?") == (target == "toolz"))
  }

  @Test func findsStagesInMounts() throws {
    let text = """
      FROM x AS a
      FROM x AS b
      FROM y
      RUN --mount=from=a,target=/a --mount=type=cache,from=1,target=/b --mount=type=bind,from=img,target=/c true
      """
    #expect(try graph(text).dependencies(of: 2) == [.image("y"), .stage(0), .stage(1), .image("img")])
    #expect(try graph(text).reachable() == [0, 1, 2])
  }

  @Test func acceptsAStageFromBelowButNoCircle() throws {
    #expect(try graph("FROM x\nCOPY --from=b / /\nFROM y AS b").reachable(target: "0") == [1, 0])
    for text in [
      "FROM x AS a\nCOPY --from=b / /\nFROM a AS b", "FROM x AS a\nCOPY --from=a / /", "FROM x\nCOPY --from=0 / /",
    ] {
      let error = try #require(throws: DockerfileError.self) { try graph(text).reachable() }
      #expect(error.code == .unknownStage)
      #expect(error.location?.line == 1 || error.location?.line == 3)
    }
  }

  @Test func pointsToAStageThatIsNotThere() throws {
    let error = try #require(throws: DockerfileError.self) { try graph("FROM x\nCOPY --link --from=3 / /").reachable() }
    #expect(error.location == SourceLocation(line: 2, column: 20))
  }

  @Test func goesBackOnlyFromFROM() throws {
    // A name is known from its stage on, and the last of equal names counts.
    #expect(try graph("FROM a AS b\nFROM b AS b\nFROM B").bases.map(\.source) == [.image("a"), .stage(0), .stage(1)])
    #expect(try graph("FROM 0\nFROM 0").bases.map(\.source) == [.image("0"), .image("0")])
  }

  @Test func refusesAnEmptyImage() throws {
    let error = try #require(throws: DockerfileError.self) { try graph("ARG V\nFROM ${V}") }
    #expect(error.location == SourceLocation(line: 2, column: 6))
    #expect(error.code == .expansion)
    #expect(try graph("ARG V\nFROM ${V}", ["V": "x"]).bases[0].source == .image("x"))
  }

  @Test func evaluatesGlobalsInOrder() throws {
    let file = try Dockerfile.parse("ARG A=1\nARG B=${A}-$BUILDARCH C\nARG D=$C\nFROM x")
    let platform = PredefinedArgs.platformValues(build: "linux/amd64", target: "linux/arm/v7", stage: nil)
    let values = try StageGraph.globalArguments(of: file, buildArguments: ["A": "2", "Z": "9"], platform: platform)
    #expect(
      values["A"] == "2" && values["B"] == "2-amd64" && values["C"] == nil && values["D"] == "" && values["Z"] == nil)
    #expect(values["TARGETVARIANT"] == "v7" && values["TARGETSTAGE"] == "default" && values["BUILDVARIANT"] == "")
    #expect(Set(platform.keys) == PredefinedArgs.platform)
    #expect(PredefinedArgs.contains("no_proxy") && PredefinedArgs.contains("SOURCE_DATE_EPOCH"))
    #expect(!PredefinedArgs.contains("A"))
  }
}
