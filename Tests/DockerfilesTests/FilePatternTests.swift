import Testing

@testable import Dockerfiles

@Suite struct FilePatternTests {
  @Test(arguments: [
    ("abc", "abc", true), ("*", "abc", true), ("*c", "abc", true), ("a*", "a", true), ("a*", "abc", true),
    ("a*", "ab/c", false),
    ("a*/b", "abc/b", true), ("a*/b", "a/c/b", false), ("a*b*c*d*e*/f", "axbxcxdxe/f", true),
    ("a*b*c*d*e*/f", "axbxcxdxexxx/f", true), ("a*b*c*d*e*/f", "axbxcxdxe/xxx/f", false),
    ("a*b?c*x", "abxbbxdbxebxczzx", true), ("a*b?c*x", "abxbbxdbxebxczzy", false), ("ab[c]", "abc", true),
    ("ab[b-d]", "abc", true),
    ("ab[e-g]", "abc", false), ("ab[^c]", "abc", false), ("ab[^e-g]", "abc", true), ("a\\*b", "a*b", true),
    ("a\\*b", "ab", false),
    ("a?b", "a☺b", true), ("a[^a]b", "a☺b", true), ("a???b", "a☺b", false), ("[a-ζ]*", "α", true),
    ("*[a-ζ]", "A", false),
    ("a?b", "a/b", false), ("a*b", "a/b", false), ("[\\]a]", "]", true), ("[\\-]", "-", true), ("[x\\-]", "z", false),
    ("*x", "xxx", true),
    ("[z-a]", "m", false), ("[^z-a]", "m", true), ("**", "ab", true), ("", "", true), ("", "a", false), ("*", "", true),
    ("?", "", false),
    ("*/*.go", "cmd/main.go", true), ("*/*.go", "main.go", false), ("[/]", "/", true),
  ])
  func matches(_ pattern: String, path: String, isMatch: Bool) throws {
    #expect(try FilePattern(pattern).matches(path) == isMatch)
  }

  @Test(arguments: ["[]a]", "[-]", "[x-]", "[-x]", "\\", "[a-b-c]", "[", "[^", "[^bc", "a[", "[a\\", "[]"])
  func refusesMalformedOnes(_ pattern: String) throws {
    let error = try #require(throws: DockerfileError.self) { try FilePattern(pattern) }
    #expect(error.code == .pattern)
  }

  @Test func isNotSlow() throws {
    let pattern = try FilePattern(String(repeating: "a*", count: 30) + "b")
    #expect(!pattern.matches(String(repeating: "a", count: 2000)))
  }

  @Test func knowsAPlainPath() {
    #expect(["a*", "a?", "[a]", "\\a"].allSatisfy(FilePattern.hasWildcard))
    #expect(!FilePattern.hasWildcard("a/b.c]"))
  }
}
