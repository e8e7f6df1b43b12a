import OCI
import Testing

@testable import Images

struct ImageLocationTests {
  static let cases: [(String, ImageLocation?)] = [
    ("pii", .local("pii")), ("v1.2", .local("v1.2")),
    ("oci:dir", .layout(directory: "dir", tag: nil)), ("oci:dir:tag", .layout(directory: "dir", tag: "tag")),
    ("oci:a:b", .layout(directory: "a:b", tag: nil)), ("oci:a:b:tag", .layout(directory: "a:b", tag: "tag")),
    ("oci:dir:", .layout(directory: "dir", tag: nil)), ("oci:", nil), ("oci::x", nil),
    ("oci-archive:f.tar:localhost/x:1", .ociArchive(path: "f.tar", tag: "localhost/x:1")),
    ("docker-archive:f.tar:@0", .dockerArchive(path: "f.tar", tag: "@0")),
    ("debian:trixie", .registry(Reference(registry: "docker.io", repository: "library/debian", tag: "trixie"))),
    ("docker://debian", .registry(Reference(registry: "docker.io", repository: "library/debian", tag: "latest"))),
    ("127.0.0.1:5000/a/b", .registry(Reference(registry: "127.0.0.1:5000", repository: "a/b", tag: "latest"))),
    ("", nil), ("a//b", nil), ("a b", nil), ("x@sha256:12", nil),
  ]

  @Test("names, as people write them", arguments: cases)
  func parsing(_ text: String, _ expected: ImageLocation?) throws {
    let name = try? ImageLocation(text, exists: { ["dir", "a:b", "f.tar"].contains($0) })
    #expect(name == expected)
    if expected == nil {
      let error = #expect(throws: ImageError.self) { try ImageLocation(text, exists: { _ in false }) }
      #expect(error?.code == .usage && error?.hint != nil)
    }
  }
}
