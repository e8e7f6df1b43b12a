import Testing

@testable import OCI

struct ReferenceTests {
  private static let hex = String(repeating: "a", count: 64)

  @Test(
    "what people write names what Docker would pull",
    arguments: [
      ("debian", "docker.io/library/debian:latest"),
      ("debian:trixie-slim", "docker.io/library/debian:trixie-slim"),
      ("index.docker.io/library/debian", "docker.io/library/debian:latest"),
      ("team/app:1", "docker.io/team/app:1"),
      ("localhost/app", "localhost/app:latest"),
      ("127.0.0.1:5000/a/b:c", "127.0.0.1:5000/a/b:c"),
      ("[::1]:5000/a:b", "[::1]:5000/a:b"),
      (
        "123456789012.dkr.ecr.us-east-1.amazonaws.com/jupyterhub/pii:v1",
        "123456789012.dkr.ecr.us-east-1.amazonaws.com/jupyterhub/pii:v1"
      ),
      ("host.example/a@sha256:\(hex)", "host.example/a@sha256:\(hex)"),
      ("host.example/a:t@sha256:\(hex)", "host.example/a:t@sha256:\(hex)"),
    ])
  func parses(text: String, whole: String) {
    #expect(Reference(text)?.description == whole)
  }

  @Test(
    "what the grammar refuses is nil",
    arguments: [
      "", ":", "a:", "/a", "a//b", "Upper/case/x y", "host.example/UPPER", "a@sha256:short", "a:-tag", "a/b:c/d:",
      "-x", "a..b", "host.example:port/a", "a_-b",
    ])
  func refuses(text: String) {
    #expect(Reference(text) == nil)
  }
}

struct DigestTests {
  @Test(
    "only lowercase digits of the right number are a digest",
    arguments: [
      "sha256:", "sha256:" + String(repeating: "A", count: 64), "sha256:" + String(repeating: "a", count: 63),
      "md5:" + String(repeating: "a", count: 32), String(repeating: "a", count: 64),
      "sha256:" + String(repeating: "g", count: 64),
    ])
  func refuses(text: String) {
    #expect(Digest(text) == nil)
  }

  @Test("bytes and text are the same digest")
  func bytes() {
    let digest = Digest(sha256: [UInt8](repeating: 0xAB, count: 32))
    #expect(digest.description == "sha256:" + String(repeating: "ab", count: 32))
    #expect(Digest(digest.description) == digest)
  }
}

struct CanonicalJSONTests {
  @Test("a manifest's bytes are sorted, without spaces, and read back equal")
  func manifest() throws {
    let config = Descriptor(mediaType: .imageConfig, digest: Digest(sha256: [UInt8](repeating: 1, count: 32)), size: 2)
    let manifest = Manifest(config: config, layers: [config], annotations: ["b": "1/2", "a": "ü"])
    let bytes = try CanonicalJSON.encode(manifest)
    let text = String(decoding: bytes, as: UTF8.self)
    #expect(text.hasPrefix(#"{"annotations":{"a":"ü","b":"1/2"},"config":{"digest":"sha256:0101"#))
    #expect(text.hasSuffix(#""mediaType":"application/vnd.oci.image.manifest.v1+json","schemaVersion":2}"#))
    #expect(try CanonicalJSON.decode(Manifest.self, from: bytes) == manifest)
  }

  @Test("an index finds the manifest of a platform, and never an attestation")
  func platforms() {
    let digest = Digest(sha256: [UInt8](repeating: 1, count: 32))
    func entry(_ platform: Platform?) -> Descriptor {
      Descriptor(mediaType: .imageManifest, digest: digest, size: 1, platform: platform)
    }
    let unknown = Platform(os: "unknown", architecture: "unknown")
    let index = ImageIndex(manifests: [
      entry(unknown), entry(Platform(architecture: "arm64", variant: "v8")), entry(Platform(architecture: "amd64")),
    ])
    #expect(index.manifest(for: Platform(architecture: "amd64"))?.platform?.architecture == "amd64")
    #expect(Platform("aarch64").flatMap { index.manifest(for: $0) }?.platform?.variant == "v8")
    #expect(index.manifest(for: Platform(architecture: "s390x")) == nil)
  }
}
