import Testing

@testable import Rosters

/// What YAML is and a roster is not, and what is not even YAML.
@Suite struct DocumentTests {
  @Test(arguments: [
    Change("  region:", "¦\tregion:", "a tab cannot indent YAML", hint: "use spaces"),
    Change(
      "groups:\n", "¦---\ngroups:\n", "a second document begins here",
      hint: "a roster is one document: remove this line"),
    Change(
      "task: {family", "task: ¦&t {family", "anchors and aliases are not used here",
      hint: "write the value out where it is meant"),
    Change(
      "description: may read", "description: ¦!secret may read", "YAML tags are not used here",
      hint: "remove the word that begins with !"),
    Change("  region:", "  ¦[a]: b\n  region:", "a key must be a word"),
    Change("may read the", "may ¦\u{7}read the", "the character U+7 is not allowed in YAML", hint: "remove it"),
    Change("may read the", "may ¦\u{0}read the", "the character U+0 is not allowed in YAML", hint: "remove it"),
  ])
  func refused(_ change: Change) throws {
    let (text, place) = try change.applied()
    let expected = try #require(place)
    #expect(
      Sample.problems(text) == [
        RosterProblem(line: expected.line, column: expected.column, message: change.message, hint: change.hint)
      ])
  }

  @Test func brokenYAMLNamesThePlace() throws {
    let (text, _) = try Change("apt: [git]", "apt: [git").applied()
    let problem = try #require(Sample.problems(text).first)
    #expect(problem.line == 12)
    #expect(problem.column == 9)
    #expect(problem.message.hasPrefix("not YAML: did not find expected"))
    #expect(problem.message.hasSuffix("it began on line 11, column 8"))
  }

  @Test(arguments: ["", "\n\n", "# nothing yet\n", "---\n", "~", "\u{FEFF}"])
  func empty(_ text: String) {
    #expect(
      Sample.problems(text) == [
        RosterProblem(
          line: 1, column: 1, message: "the roster is empty",
          hint: "begin with project, groups and users; imagesmith schema has every key")
      ])
  }

  @Test(arguments: ["hello", "- a\n- b", "12"])
  func noMapping(_ text: String) {
    #expect(Sample.problems(text).map(\.message).allSatisfy { $0.hasPrefix("the roster must be keys and values") })
  }

  @Test func aKeyGivenThreeTimesIsReportedTwice() throws {
    let text = try Sample.text().replacing(
      "  region: eu-west-1", with: "  region: eu-west-1\n  'region': eu-west-1\n  region: eu-west-1")
    #expect(
      Sample.problems(text).map { "\($0.line):\($0.column) \($0.message)" } == [
        #"4:3 "region" is already given on line 3"#, #"5:3 "region" is already given on line 3"#,
      ])
  }

  /// Places right of a key that was told apart are still those of the file.
  @Test func repeatedKeysInOneLine() throws {
    let text = try Sample.text().replacing("{uid: 2002, groups", with: "{uid: 2002, uid: 5, 'uid': 6, grups")
    #expect(
      Sample.problems(text).map { "\($0.line):\($0.column) \($0.message)" } == [
        #"25:8 users.bob: "groups" is missing"#, #"25:20 "uid" is already given on line 25"#,
        #"25:28 "uid" is already given on line 25"#, #"25:38 unknown key "grups" in users.bob"#,
      ])
  }

  @Test(.timeLimit(.minutes(5)), arguments: [4, 40])
  func aliasBombIsRefusedAtOnce(levels: Int) {
    var text = "a0: &a0 [x, x]\n"
    for level in 1...levels { text += "a\(level): &a\(level) [*a\(level - 1), *a\(level - 1)]\n" }
    text += "? *a\(levels)\n: x\n"
    #expect(Sample.problems(text).contains { $0.message == "anchors and aliases are not used here" })
  }

  @Test(.timeLimit(.minutes(5)), arguments: ["[", "{a: ", "- ", "? "])
  func deepNestingIsRefused(_ opening: String) {
    #expect(!Sample.problems(String(repeating: opening, count: 20_000)).isEmpty)
  }

  @Test func hugeFileIsRefusedUnread() {
    let text = "#" + String(repeating: " ", count: RosterReader.mostBytes)
    #expect(Sample.problems(text).map(\.message) == ["the file is larger than 1 MiB"])
  }

  @Test func bytesHaveToBeUTF8() throws {
    var bytes = Array(try Sample.text().utf8)
    #expect(try RosterReader().read(bytes).project == "lab")
    #expect(try RosterReader().read([0xEF, 0xBB, 0xBF] + bytes).project == "lab")
    let place = try #require(bytes.firstIndex(of: UInt8(ascii: "b")))
    bytes[place] = 0xE4
    let error = try #require(throws: RosterError.self) { try RosterReader(file: "x.yaml").read(bytes) }
    #expect(error.message == "x.yaml:1:12: error: a byte here is not UTF-8\n  hint: save the file as UTF-8")
    let wide = try #require(throws: RosterError.self) { try RosterReader().read([0xFF, 0xFE, 0x61, 0x00]) }
    #expect(wide.message.hasPrefix("users.yaml:1:1: error: the file is UTF-16"))
  }

  @Test func carriageReturnsCountAsOneBreak() throws {
    let text = try Sample.text().replacing("uid: 2002", with: "uid: 2001").replacing("\n", with: "\r\n")
    #expect(Sample.problems(text).map { [$0.line, $0.column] } == [[25, 14]])
  }
}
