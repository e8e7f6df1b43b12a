import Testing

@testable import OCI

@Suite("What is wrong with a reference, and what may be meant")
struct ReferenceErrorTests {
  private static let hex = String(repeating: "a", count: 64)
  private static let upper = String(repeating: "A", count: 64)

  @Test(
    "the message names the part, the hint is the nearest right one",
    arguments: [
      ("Team/App:1", "must be lowercase", "write team/app:1"), ("Team/a b", "white space", nil),
      ("host.example/Team/App:1", "must be lowercase", "write host.example/team/app:1"),
      ("Debian", "must be lowercase", "write debian"),
      ("https://host.example/a:1", "is an address", "write host.example/a:1"),
      ("docker://debian", "is an address", "write debian"),
      ("a:", "ends in a colon", "write a or a:latest"),
      ("a:-x y", "white space", "write HOST/REPOSITORY:TAG"),
      ("a:.v1", "'.v1' is no tag", "write a:v1"),
      ("a:v1+build", "'v1+build' is no tag", "write a:v1build"),
      ("a:" + String(repeating: "x", count: 129), "is no tag", "write a:" + String(repeating: "x", count: 128)),
      ("host.example//a/", "nothing before, between or after", "write a"),
      ("host.example/", "names no repository", "write HOST/REPOSITORY:TAG"),
      ("host.example:99999/a", "'99999' in 'host.example:99999/a' is no port", "host.example:5000"),
      ("host.example:port/a", "'port' in", "a number up to 65535"),
      ("-host.example/a", "'-host.example' in", "HOST:PORT/REPOSITORY"),
      ("a@sha256:short", "sha256 has 64 lowercase hexadecimal digits, this one 5", "write a@sha256:"),
      ("a@md5:" + hex, "not 'md5'", "write a@sha256:"), ("a@" + hex, "no algorithm", "write a@sha256:"),
      ("a@sha256:" + upper, "must be lowercase", "write a@sha256:" + hex),
      (hex, "an image's id", "write NAME@sha256:" + hex),
      ("a/b__-c", "'b__-c' in 'a/b__-c'", nil), ("käse", "'ä'", nil), ("", "empty", nil),
    ] as [(String, String, String?)])
  func says(text: String, part: String, hint: String?) throws {
    let error = try #require(throws: ReferenceError.self) { _ = try Reference(parsing: text) }
    #expect(error.message.contains(part))
    if let hint { #expect(error.hint?.contains(hint) == true, "\(error)") }
  }

  @Test("a repository has at most 255 bytes, the library's prefix included")
  func length() throws {
    let path = String(repeating: "a", count: 255)
    #expect(Reference("host.example/" + path) != nil)
    let long = try #require(throws: ReferenceError.self) { _ = try Reference(parsing: "host.example/" + path + "a") }
    #expect(long.message.contains("256 bytes"))
    #expect(Reference(String(repeating: "a", count: 247)) != nil)
    #expect(Reference(String(repeating: "a", count: 248)) == nil)
  }
}
