import Testing

@testable import Secrets

struct AllowanceTests {
  @Test(
    "paths, by the rule of .dockerignore's stars",
    arguments: [
      ("/a/b", "/a/b", true), ("/a/b", "/a/bc", false), ("/a/*", "/a/b", true), ("/a/*", "/a/b/c", false),
      ("/a/**", "/a/b/c", true), ("/a/**/c", "/a/b/b/c", true), ("/a/**/c", "/a/b/b/d", false),
      ("/**/*.pem", "/x/y/z.pem", true),
      ("/a/?.py", "/a/b.py", true), ("/a?b", "/a/b", false), ("/a*b*c", "/axxbyyc", true),
      ("/a*b*c", "/axx/byyc", false),
      ("config.env.*", "config.env.A", true), ("config.history[*]", "config.history[12]", true), ("/a", "", false),
      ("/*/*/*/*/*/*/*/*/*/*b", "/a/a/a/a/a/a/a/a/a/aaaaaaaaaaaa", false), ("/**/**/**/**/b", "/a/a/a/a/a/b", true),
    ])
  func patterns(pattern: String, path: String, covers: Bool) {
    #expect(Allowance(rule: "r", path: pattern).covers(Finding(rule: "r", path: path)) == covers)
    #expect(!Allowance(rule: "r", path: pattern).covers(Finding(rule: "other", path: path)))
  }

  @Test("places as people read them")
  func places() {
    #expect(Finding(rule: "r", path: "/a", line: 3).place == "/a:3")
    #expect(Finding(rule: "r", path: "/a", offset: 30).place == "/a (byte 30)")
    #expect(Finding(rule: "r", path: "config.cmd").place == "config.cmd")
    #expect(Finding(rule: "r", path: "/a\u{1b}[31m\n", line: 1).place == "/a?[31m?:1")
  }
}
