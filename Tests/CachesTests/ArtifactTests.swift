import Builds
import Foundation
import Native
import OCI
import Testing

@testable import Caches

@Suite("The artifact that a cache is")
struct ArtifactTests {
  private let folder: TestFolder
  private let document: CacheDocument

  init() throws {
    folder = try TestFolder()
    var machine = try Machine(folder, "a")
    for step in ["RUN one", "COPY two /", "RUN three"] { try machine.does(step) }
    try machine.stands(on: "debian/trixie", "base")
    document = try #require(CacheDocument().adding(machine.export, gone: [], limits: CacheLimits()))
  }

  private func read(_ bytes: [UInt8]) throws(CacheError) -> CacheDocument {
    let digest = Digest(sha256: (try? SHA256.hash(bytes)) ?? [])
    let descriptor = Descriptor(mediaType: .imageManifest, digest: digest, size: bytes.count)
    return try CacheArtifact(bytes, descriptor).document
  }

  private func manifest(_ change: (inout Manifest) throws -> Void) throws -> [UInt8] {
    var manifest = try CanonicalJSON.decode(Manifest.self, from: CacheArtifact(document).bytes)
    try change(&manifest)
    return try CanonicalJSON.encode(manifest)
  }

  private func content(_ json: String) throws -> [UInt8] {
    try manifest { $0.annotations = [CacheArtifact.annotation: try CompressedText.pack(Array(json.utf8))] }
  }

  @Test("what is written is read, and the same content has the same digest")
  func roundTrip() throws {
    let artifact = try CacheArtifact(document)
    #expect(try read(artifact.bytes) == document)
    #expect(try CacheArtifact(document) == artifact)
    let manifest = try CanonicalJSON.decode(Manifest.self, from: artifact.bytes)
    #expect(manifest.layers == document.blobs && manifest.layers.count == 4)
  }

  /// What was written by this version has to be read by later ones of the same format.
  @Test("a cache of before is read")
  func pinned() throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/format-1.json")
    let document = try read(Array(try Data(contentsOf: file)))
    #expect(document.content.names == ["COPY a /", "WORKDIR /srv"])
    #expect(document.bases.values.map(\.name) == ["debian/trixie"])
    #expect(document.generation == 7)
  }

  @Test("a layer that the manifest does not refer to may be gone: its step is not believed")
  func unreferred() throws {
    let bytes = try manifest { $0.layers.removeAll { $0 == document.steps[0].record.layer?.descriptor } }
    #expect(try read(bytes).steps == Array(document.steps.dropFirst()))
  }

  @Test("what is no cache, or damaged, is refused with what to do")
  func spoilt() throws {
    let digits = String(repeating: "a", count: 64)
    let inputs = [
      Array("not JSON".utf8), Array("{}".utf8), try manifest { $0.artifactType = nil },
      try manifest { $0.artifactType = "application/vnd.example.thing" }, try manifest { $0.annotations = nil },
      try manifest { $0.annotations = [CacheArtifact.annotation: "%%%"] },
      try manifest { $0.annotations = [CacheArtifact.annotation: Data("not zstd".utf8).base64EncodedString()] },
      try manifest { $0.annotations?[CacheArtifact.annotation]?.removeLast(40) },
      try content("[]"), try content(#"{"format":1}"#),
      try content(#"{"format":1,"generation":-1,"absorbed":[],"steps":[],"bases":{},"sights":{},"mounts":{}}"#),
      try content(
        #"{"format":1,"generation":1,"absorbed":[],"steps":[{"key":"../../etc","record":{"instruction":"x"}}],"#
          + #""bases":{},"sights":{},"mounts":{}}"#),
      try content(
        #"{"format":1,"generation":1,"absorbed":[],"steps":[{"key":"\#(digits)","record":{"instruction":"x","layer":"#
          + #"{"diffID":"sha256:\#(digits)","descriptor":{"mediaType":"a/b","digest":"sha256:\#(digits)","size":-1}}}}],"#
          + #""bases":{},"sights":{},"mounts":{}}"#),
    ]
    for (index, bytes) in inputs.enumerated() {
      let error = #expect(throws: CacheError.self, "input \(index)") { try read(bytes) }
      #expect(error?.code == .spoilt && error?.hint != nil, "input \(index): \(error?.message ?? "")")
    }
  }

  @Test("what unpacks to too much is refused before it fills the memory")
  func bomb() throws {
    let text = try CompressedText.pack([UInt8](repeating: 32, count: 64 << 20))
    #expect(text.utf8.count < 100_000)
    let bytes = try manifest { $0.annotations = [CacheArtifact.annotation: text] }
    #expect(throws: CacheError.self) { try read(bytes) }
  }

  @Test("a later form is left alone")
  func newer() throws {
    let inputs = [
      try manifest { $0.artifactType = "application/vnd.imagesmith.cache.v2" }, try content(#"{"format":2}"#),
    ]
    for bytes in inputs {
      let error = #expect(throws: CacheError.self) { try read(bytes) }
      #expect(error?.code == .newer)
    }
  }

  @Test("two groups' builds fit into a few KB")
  func size() throws {
    var machine = try Machine(folder, "b")
    for number in 1...60 { try machine.does("RUN apt-get install -y package-\(number) && rm -rf /var/lib/apt") }
    let document = try #require(CacheDocument().adding(machine.export, gone: [], limits: CacheLimits()))
    #expect(try CacheArtifact(document).bytes.count < 40_000)
  }

  @Test("tags of versions: of one cache, of a long name, and of nobody")
  func versions() throws {
    let digest = try #require(Digest("sha256:" + String(repeating: "b", count: 64)))
    for tag in ["cache", "main-1.2", String(repeating: "t", count: 128)] {
      let prefix = try CacheVersion.prefix(of: tag)
      let version = CacheVersion(generation: 1_000_000, digest: digest)
      #expect(Reference.isTag(version.tag(prefix: prefix)))
      #expect(CacheVersion(tag: version.tag(prefix: prefix), prefix: prefix) == version)
    }
    for tag in ["cache", "cache.g1", "cache.g1.bbbb", "cache.g0.\(digest.hex)", "cache.gx.\(digest.hex)", "v1"] {
      #expect(CacheVersion(tag: tag, prefix: "cache.g") == nil)
    }
  }
}
