import Testing

@testable import Dockerfiles

@Suite struct StageVariablesTests {
  /// The variables at the end of the stage, and what the history says of each ARG and ENV.
  private func carryOut(
    _ lines: String, base: [String] = [], arguments: [String: String] = [:], globals: [String: String] = [:]
  ) throws(DockerfileError) -> (StageVariables, history: [String]) {
    let file = try Dockerfile.parse("FROM a\n\(lines)")
    var variables = StageVariables(environment: base)
    var history: [String] = []
    for instruction in file.stages[0].instructions {
      switch instruction.kind {
      case .arg(let arg):
        history += try variables.declare(arg, buildArguments: arguments, globals: globals, expander: file.expander)
      case .env(let env): history += try variables.set(env, expander: file.expander)
      default: break
      }
    }
    return (variables, history)
  }

  @Test func expandsAnENVByWhatWasBefore() throws {
    let (variables, history) = try carryOut("ENV A=hello\nENV A=bye B=$A\nENV C=$A")
    #expect(variables.environment == ["A=bye", "B=hello", "C=bye"])
    #expect(history == ["A=hello", "A=bye", "B=hello", "C=bye"])
  }

  @Test func expandsAnARGByTheOneBefore() throws {
    #expect(try carryOut("ARG A=1 B=${A}2\nARG C=$B$D").history == ["A=1", "B=12", "C=12"])
  }

  @Test func findsTheValueOfAnARG() throws {
    let given = ["A": "given", "Z": "undeclared"]
    let globals = ["A": "global", "B": "global", "C": "global"]
    let (variables, history) = try carryOut(
      "ARG A=default\nARG B\nARG C=default D\nARG E=", arguments: given, globals: globals)
    #expect(history == ["A=given", "B=global", "C=default", "D", "E="])
    #expect(variables["D"] == nil && variables["E"] == "" && variables["Z"] == nil)
    #expect(variables.declaredValues == ["A=given", "B=global", "C=default", "D=", "E="])
    #expect(variables.runEnvironment == ["A=given", "B=global", "C=default", "E="])
    #expect(variables.environment.isEmpty)
  }

  @Test func letsTheLaterOfARGAndENVCount() throws {
    let (env, _) = try carryOut("ARG A=arg\nENV A=env")
    #expect(env["A"] == "env" && env.environment == ["A=env"])
    let (arg, _) = try carryOut("ARG A=arg\nRUN x", base: ["A=base", "B=x=y", "C"])
    #expect(arg["A"] == "arg" && arg.environment == ["A=base", "B=x=y", "C"])
    #expect(arg["B"] == "x=y" && arg["C"] == "")
    let (kept, _) = try carryOut("ARG A\nENV A=${A:-default}", base: ["A=base"])
    #expect(kept.environment == ["A=base"])
  }

  @Test func fillsInTheENVFromTheARG() throws {
    let (variables, _) = try carryOut("ARG V\nENV V=${V:-v1}", arguments: ["V": "v2"])
    #expect(variables.environment == ["V=v2"])
    #expect(try carryOut("ARG V\nENV V=${V:-v1}").0.environment == ["V=v1"])
  }

  @Test func tellsWhereAWordIsWrong() throws {
    let error = try #require(throws: DockerfileError.self) { try carryOut("ENV A=1\nARG B=${C:?no C}") }
    #expect(error.location == SourceLocation(line: 3, column: 7))
  }
}
