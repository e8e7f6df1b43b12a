import Testing

@testable import Dockerfiles

@Suite struct WordExpanderTests {
  static let values = [
    "A": "a", "EMPTY": "", "TWO": "one two", "PATH": "/usr/local/bin", "FILE": "archive.tar.gz", "LINES": "ab\ncd",
    "STAR": "a*b", "Q": "'\"", "ÜBER": "u", "_1": "under",
  ]

  private func expand(_ text: String, escape: Unicode.Scalar = "\\") throws(DockerfileError) -> String {
    let source = SourceText(file: "Dockerfile", lines: [text])
    return try WordExpander(escape: escape, source: source).expand(word(text)) { Self.values[$0] }
  }

  @Test(arguments: [
    ("", ""), ("x", "x"), ("$A", "a"), ("${A}", "a"), ("x${A}y", "xay"), ("$Ax", ""), ("$A-x", "a-x"), ("$NONE", ""),
    ("${NONE}", ""), ("$", "$"), ("$ x", "$ x"), ("a$", "a$"), ("$_1", "under"), ("$1x", "x"), ("$ÜBER", "u"),
    ("$@$*$#$?$-$!", ""), ("$.", "$."), ("\\$A", "$A"), ("\\\\", "\\"), ("\\x", "x"), ("x\\", "x"), ("'$A'", "$A"),
    ("\"$A\"", "a"), ("\"\\$A\"", "$A"), ("\"\\x\\\\\"", "\\x\\"), ("'\\'", "\\"), ("\"it's\"", "it's"),
    ("'a\"b'", "a\"b"),
    ("a\"b\"'c'", "abc"), ("$TWO", "one two"), ("$Q", "'\""), ("a  b", "a  b"), ("\"\"", ""), ("\\'", "'"),
    // with defaults
    ("${A:-x}", "a"), ("${NONE:-x}", "x"), ("${EMPTY:-x}", "x"), ("${EMPTY-x}", ""), ("${NONE-x}", "x"),
    ("${NONE:-}", ""),
    ("${A:+x}", "x"), ("${NONE:+x}", ""), ("${EMPTY:+x}", ""), ("${EMPTY+x}", "x"), ("${NONE+x}", ""),
    ("${A:?no}", "a"), ("${EMPTY?no}", ""), ("${NONE:-${A}}", "a"), ("${NONE:-${NONE2:-$A}}b", "ab"),
    ("${NONE:-\"$A }\"}", "a }"), ("${NONE:-'$A}'}", "$A}"), ("${NONE:-a\\}b}", "a}b"), ("${NONE:-a b}", "a b"),
    ("\"${NONE:-'x'}\"", "x"),
    // patterns
    ("${PATH#/}", "usr/local/bin"), ("${PATH#*/}", "usr/local/bin"), ("${PATH##*/}", "bin"),
    ("${PATH%/*}", "/usr/local"),
    ("${PATH%%/*}", ""), ("${FILE%.gz}", "archive.tar"), ("${FILE%%.*}", "archive"), ("${FILE#*.}", "tar.gz"),
    ("${FILE#x}", "archive.tar.gz"), ("${FILE#???}", "hive.tar.gz"), ("${FILE#}", "archive.tar.gz"),
    ("${STAR#a\\*}", "b"), ("${STAR%\\*b}", "a"), ("${A##*}", ""), ("${A#*}", "a"), ("${NONE#x}", ""),
    ("${LINES#*}", "ab\ncd"), ("${LINES##*}", "\ncd"), ("${LINES%%*}", "ab\n"), ("${FILE#$NONE*$A}", "rchive.tar.gz"),
    ("${FILE%\".gz\"}", "archive.tar"),
    // replacement
    ("${PATH/usr/opt}", "/opt/local/bin"), ("${PATH//\\//-}", "-usr-local-bin"), ("${FILE/./-}", "archive-tar.gz"),
    ("${FILE//./-}", "archive-tar-gz"), ("${FILE/.*/}", "archive"), ("${FILE//a/}", "rchive.tr.gz"),
    ("${FILE/x/y}", "archive.tar.gz"),
    ("${FILE//?/x}", "xxxxxxxxxxxxxx"), ("${A//a/$TWO}", "one two"), ("${A///x}", "xax"),
    ("${FILE//ar/${A}}", "achive.ta.gz"),
    ("${NONE/a/b}", ""), ("${TWO/ /_}", "one_two"),
  ])
  func expands(_ text: String, to result: String) throws {
    #expect(try expand(text) == result)
  }

  @Test(arguments: [("`$A", "$A"), ("c:\\$A", "c:\\a"), ("\"`\"\"", "\""), ("``", "`"), ("\\x", "\\x")])
  func escapesByTheBacktick(_ text: String, result: String) throws {
    #expect(try expand(text, escape: "`") == result)
  }

  @Test(arguments: [
    ("'x", 1), ("a\"x", 2), ("x'a'\"", 5), ("${", 1), ("a${A", 2), ("${}", 1), ("${:-x}", 1), ("${{A}}", 1),
    ("${A:}", 1),
    ("${A:=x}", 1), ("${A^}", 1), ("${A,,}", 1), ("${A@Q}", 1), ("${A:1:2}", 1), ("${A:-x", 1), ("${A:-${", 6),
    ("${A/x}", 1),
    ("${A/x/y", 1),
    ("${NONE:?}", 1), ("x${EMPTY:?stop here}", 2), ("${NONE?}", 1), ("${A#\\x}", 1), ("${A/a\\b/c}", 1),
    ("a ${NONE:-${A}", 3),
    ("${NONE:-${B^}}", 9), ("\"${A\"", 2), ("${A A}", 1),
  ])
  func pointsToTheMistake(_ text: String, column: Int) throws {
    let error = try #require(throws: DockerfileError.self) { try expand(text) }
    #expect(error.code == .expansion)
    #expect(error.location == SourceLocation(line: 1, column: column), "\(error)")
    #expect(error.file == "Dockerfile")
    #expect(error.sourceLine == text)
  }

  @Test func pointsBehindAContinuation() throws {
    let file = try Dockerfile.parse("FROM a\nENV A=1 \\\n  B=x\\\n${Y^}")
    guard case .env(let env) = file.stages[0].instructions[0].kind else { return }
    let error = try #require(throws: DockerfileError.self) {
      try file.expander.expand(env.variables[1].value) { _ in nil }
    }
    #expect(error.location == SourceLocation(line: 4, column: 1))
    #expect(error.sourceLine == "${Y^}")
  }

  @Test func saysTheUsersOwnMessage() throws {
    let error = try #require(throws: DockerfileError.self) { try expand("${NONE:?give it a $A}") }
    #expect(error.reason == "NONE: give it a a")
  }

  @Test(arguments: [
    ("80 $TWO", ["80", "one", "two"]), ("\"$TWO\"", ["one two"]), ("'a b' c", ["a b", "c"]), ("$NONE", []),
    ("a\\ b", ["a b"]),
    ("x$TWO", ["xone", "two"]), ("  ", []), ("${NONE:-a b}", ["a", "b"]), ("\"\" a", ["a"]),
  ])
  func splitsWords(_ text: String, words: [String]) throws {
    let expander = WordExpander(escape: "\\", source: SourceText(file: "Dockerfile", lines: [text]))
    #expect(try expander.expandWords(word(text)) { Self.values[$0] } == words)
  }

  @Test func endsWhatGrowsWithoutEnd() throws {
    let large = String(repeating: "x", count: 600_000)
    let expander = WordExpander(escape: "\\", source: SourceText(file: "Dockerfile", lines: []))
    #expect(try expander.expand(word("$L")) { _ in large } == large)
    for text in ["$L$L", "\"$L$L\"", "${S//x/$L}", "${N:-$L$L}"] {
      #expect(throws: DockerfileError.self) { try expander.expand(word(text)) { ["L": large, "S": "xxx"][$0] } }
    }
    let deep = String(repeating: "${N:-", count: 10_000) + String(repeating: "}", count: 10_000)
    #expect(throws: DockerfileError.self) { try expander.expand(word(deep)) { _ in nil } }
    let slow = String(repeating: "ab", count: 10_000)
    #expect(throws: DockerfileError.self) { try expander.expand(word("${S//a*a*a*c/}")) { _ in slow } }
  }
}
