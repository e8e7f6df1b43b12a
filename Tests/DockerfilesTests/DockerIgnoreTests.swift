import Testing

@testable import Dockerfiles

@Suite struct DockerIgnoreTests {
  @Test(arguments: [
    ("a", "a", true), ("a", "a/b", true), ("a", "a/b/c", true), ("a", "b/a", false), ("a", "ab", false),
    ("/a", "a", true),
    ("a/", "a/b", true), ("./a", "a", true), ("a/../b", "b", true), ("../a", "a", false), ("a//b", "a/b", true),
    ("  a  ", "a", true),
    ("a b", "a b", true), ("# a", "# a", false), (" # a", "# a", true), ("#", "#", false), ("\\#a", "#a", true),
    ("", "a", false),
    (".", "a", false), ("/", "a", false), ("a/b", "a", false), ("a/b", "a/b/c", true),
    // within a part
    ("*", "a", true), ("*", "a/b", true), ("*.md", "a.md", true), ("*.md", "b/a.md", false), ("*.md", "a.md/b", true),
    ("*/*.md", "b/a.md", true), ("*/*.md", "c/b/a.md", false), ("a?", "ab", true), ("a?", "a/", false),
    ("a[bc]", "ac", true),
    ("a[!b]", "ab", true), ("a[^b]", "ab", false), ("a[^b]", "ac", true), ("a.b", "axb", false), ("a+b", "a+b", true),
    ("(a)|{b}$", "(a)|{b}$", true), ("é*", "éa", true), ("*é", "aé", true), ("a\\*", "a*", true), ("a\\*", "ab", false),
    // over parts
    ("**", "a/b/c", true), ("**/a", "a", true), ("**/a", "b/a", true), ("**/a", "c/b/a", true), ("**/a", "ba", false),
    ("**/a", "a/b", true),
    ("**/*.md", "a.md", true), ("**/*.md", "b/c/a.md", true), ("a/**", "a/b", true), ("a/**", "a/b/c", true),
    ("a/**", "a", false),
    ("a/**/b", "a/b", true), ("a/**/b", "a/x/y/b", true), ("a/**/b", "axb", false), ("a/**/b", "a/xb", false),
    ("a**", "ab/c", true),
    ("**b", "xb", true), ("**b", "a/xb", true), ("**b*", "xb", false), ("**b*", "a/bx", true), ("a**b", "axb", false),
    ("a**b", "ax/b", true),
    ("**/a/**", "x/a/y", true), ("**/a/**/b", "x/a/y/z/b", true), ("**/**/a", "a", true), ("a/*/c", "a/b/c/d", true),
    ("**/.*", "a/.git/b", true),
    ("**/", "a", true), ("a/**/", "a/b", true),
    // exceptions: the last one counts
    ("*\n!a", "a", false), ("*\n!a", "b", true), ("!a\n*", "a", true), ("*\n!a\na", "a", true),
    ("a\n!a/b", "a/b", false),
    ("a\n!a/b", "a/b/c", false), ("a\n!a/b", "a/c", true), ("a\n!a/b\na/b/c", "a/b/c", true),
    ("*.md\n!README*.md\nREADME-s.md", "README.md", false),
    ("*.md\n!README*.md\nREADME-s.md", "README-s.md", true), ("a\n! b\n!  /a", "a", false),
    ("**\n!**/*.c", "x/y.c", false), ("*\n./!a", "a", false),
  ])
  func matches(_ text: String, path: String, isIgnored: Bool) throws {
    #expect(try DockerIgnore.parse(text).matches(path) == isIgnored)
  }

  @Test(arguments: [
    ("a", "a", true), ("a", "b", false), ("a\n!a/b", "a", false), ("a\n!b", "a", true), ("a\n!ab", "a", true),
    ("*\n!a/b/c", "a", false),
    ("*\n!a/b/c", "a/b", false), ("*\n!a/b/c", "a/x", true), ("*\n!**/c", "a/b", false), ("*\n!*/c", "a", false),
    ("*\n!*/c", "a/b", true),
    ("*\n!a", "a", false), ("*\n!a/**", "a", false), ("*\n!a*/x", "b", true), ("!a/b\na", "a", false),
  ])
  func knowsWhatToSkip(_ text: String, directory: String, isSkipped: Bool) throws {
    #expect(try DockerIgnore.parse(text).skipsDirectory(directory) == isSkipped)
  }

  @Test func neverSkipsWhatAPathNeeds() throws {
    let files = [
      "*\n!a/b", "**/x\n!x/**/y", "a\n!a/*/c\na/b", "*/*\n!a/b\n!**/z", "a*\n!ab/**", "**\n!**b", "x\n!x/y/z\nx/y",
    ]
    let parts = ["a", "b", "ab", "x", "y", "z", "c"]
    let paths = parts.flatMap { a in parts.flatMap { b in parts.map { c in "\(a)/\(b)/\(c)" } } }
    for file in files {
      let ignore = try DockerIgnore.parse(file)
      for path in paths where !ignore.matches(path) {
        let parts = path.split(separator: "/")
        for count in 1..<parts.count {
          let directory = parts.prefix(count).joined(separator: "/")
          #expect(!ignore.skipsDirectory(directory), "\(file): \(path) is lost in \(directory)")
        }
      }
    }
  }

  @Test func acceptsMarksAndLineEnds() throws {
    let ignore = try DockerIgnore.parse("\u{FEFF}# c\r\na\r\n\r\nb")
    #expect(ignore.matches("a") && ignore.matches("b") && !ignore.matches("c"))
    #expect(!DockerIgnore.none.matches("a") && !DockerIgnore.none.skipsDirectory("a"))
    #expect(try !DockerIgnore.parse("*").matches("."))
    #expect(try DockerIgnore.parse("a").matches("./a/"))
  }

  @Test(arguments: [
    ("a\n!", 2, 1), ("a\n !/", 2, 2), ("./!/", 1, 1), ("  ! ", 1, 3), ("a\n  [", 2, 3), ("!a\\", 1, 2), ("[]", 1, 1),
  ])
  func pointsToTheMistake(_ text: String, line: Int, column: Int) throws {
    let error = try #require(throws: DockerfileError.self) { try DockerIgnore.parse(text, file: "x.dockerignore") }
    #expect(error.code == .pattern && error.file == "x.dockerignore")
    #expect(error.location == SourceLocation(line: line, column: column))
  }

  @Test(arguments: [
    ("", "."), (".", "."), ("a/./b", "a/b"), ("a/../..", ".."), ("../a", "../a"), ("/..", "/"), ("/", "/"),
    ("a/b/", "a/b"), ("/a//b", "/a/b"),
    ("../../x", "../../x"), ("a/..", "."),
  ])
  func cleansPaths(_ path: String, clean: String) {
    #expect(CleanPath.of(path) == clean)
  }
}
