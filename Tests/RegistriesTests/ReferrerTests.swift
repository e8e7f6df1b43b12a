import FaultyRegistries
import Native
import OCI
import Testing

@testable import Registries

@Suite("Referrers, tags and deletion")
struct ReferrerTests {
  private let image: TestImage

  init() throws { image = try TestImage() }

  /// A manifest without layers that refers to the image.
  private func artifact(_ type: String, number: Int = 0, of subject: Descriptor) throws -> [UInt8] {
    try CanonicalJSON.encode(
      Manifest(
        artifactType: type, config: image.content.config, layers: image.content.layers, subject: subject,
        annotations: ["number": "\(number)"]))
  }

  @Test("where the registry does not list referrers, a tag does: put, list by type, delete")
  func fallback() async throws {
    let registry = try await DockerRegistry()
    let target = Reference(registry: registry.host, repository: "team/app", tag: "v1")
    let client = RegistryClient.patient()
    let subject = try await client.push(image.push(), to: target).digest
    #expect(try await client.referrers(of: subject, in: target).isEmpty)
    let described = try #require(try await client.check(target))
    var digests: [Digest] = []
    for (number, type) in ["application/x.sbom", "application/x.signature", "application/x.sbom"].enumerated() {
      let bytes = try artifact(type, number: number, of: described)
      digests.append(
        try await client.put(
          manifest: bytes, .imageManifest, to: Reference(registry: registry.host, repository: "team/app")))
    }
    let all = try await client.referrers(of: subject, in: target)
    #expect(all.map(\.digest) == digests)
    #expect(all.map(\.artifactType) == ["application/x.sbom", "application/x.signature", "application/x.sbom"])
    #expect(all.map { $0.annotations?["number"] } == ["0", "1", "2"])
    #expect(
      try await client.referrers(of: subject, in: target, artifactType: "application/x.sbom").map(\.digest)
        == [digests[0], digests[2]])
    #expect(try await client.tags(of: target).contains("sha256-\(subject.hex)"))

    try await client.deleteManifest(
      Reference(registry: registry.host, repository: "team/app", digest: digests[0]))
    #expect(try await client.referrers(of: subject, in: target).map(\.digest) == [digests[1], digests[2]])
  }

  @Test("artifacts that one client puts at once are all listed in the end")
  func concurrent() async throws {
    let registry = try await DockerRegistry()
    let target = Reference(registry: registry.host, repository: "team/app", tag: "v1")
    let client = RegistryClient.patient()
    let subject = try await client.push(image.push(), to: target).digest
    let described = try #require(try await client.check(target))
    let repository = Reference(registry: registry.host, repository: "team/app")
    let digests = try await Array(0..<4).mapConcurrently(limit: 4) { number in
      try await client.put(
        manifest: try artifact("application/x", number: number, of: described), .imageManifest, to: repository)
    }
    #expect(Set(try await client.referrers(of: subject, in: target).map(\.digest)) == Set(digests))
  }

  @Test("a tag that another tool has taken is not overwritten")
  func taken() async throws {
    let registry = try await DockerRegistry()
    let client = RegistryClient.patient()
    let digest = Digest(sha256: try SHA256.hash(image.push().manifest))
    let tag = Reference(registry: registry.host, repository: "a", tag: "sha256-\(digest.hex)")
    _ = try await client.push(image.push(), to: tag)
    let error = await #expect(throws: RegistryError.self) { _ = try await client.referrers(of: digest, in: tag) }
    #expect(error?.message.contains("is no index") == true)
  }

  @Test("a repository's tags, and the error where there is none")
  func tags() async throws {
    let registry = try await DockerRegistry()
    let client = RegistryClient.patient()
    let names = (0..<7).map { "v\($0)" }
    for name in names {
      _ = try await client.push(image.push(), to: Reference(registry: registry.host, repository: "a/b", tag: name))
    }
    let repository = Reference(registry: registry.host, repository: "a/b")
    // Debian's registry has them in the order of its folder.
    #expect(try await client.tags(of: repository).sorted() == names)
    let none = await #expect(throws: RegistryError.self) {
      _ = try await client.tags(of: Reference(registry: registry.host, repository: "none"))
    }
    #expect(none?.code == .notFound)
  }

  @Test("tags come page after page, each once, and are asked for by number")
  func pages() async throws {
    let first = Fault.status(
      200, headers: ["Link": #"</v2/x/tags/list?last=b&n=2>; rel="next""#], body: #"{"tags": ["a", "b"]}"#)
    let second = Fault.status(
      200, headers: ["Link": "<?last=c&n=2>; rel=next"], body: #"{"tags": ["b", "c", "bad tag"]}"#)
    let answers = [first, .status(503), second, .status(200, body: #"{"tags": null}"#)]
    let registry = try FaultyRegistry(Manner(), FaultSchedule(answers.map { .init($0, at: .listTags) }))
    let repository = Reference(registry: registry.host, repository: "x")
    #expect(try await RegistryClient.patient().tags(of: repository, pageSize: 2) == ["a", "b", "c"])
    #expect(
      registry.requests.map(\.target) == [
        "/v2/x/tags/list?n=2", "/v2/x/tags/list?last=b&n=2", "/v2/x/tags/list?last=b&n=2", "/v2/x/tags/list?last=c&n=2",
      ])
  }

  @Test(
    "pages that go in a circle, or to another server, are an error",
    arguments: [
      ("</v2/a/tags/list>; rel=\"next\"", RegistryError.Code.refused, 1),
      ("</v2/a/tags/list?last=x>; rel=next", .refused, 2),
      ("<http://127.0.0.1:1/v2/a/tags/list?last=x>; rel=\"next\"", .unsafe, 1),
    ])
  func circles(link: String, code: RegistryError.Code, requests: Int) async throws {
    let answer = Fault.status(200, headers: ["Link": link], body: #"{"tags": ["a"]}"#)
    let registry = try FaultyRegistry(Manner(), FaultSchedule([.init(answer, at: .listTags, times: .max)]))
    let error = await #expect(throws: RegistryError.self) {
      _ = try await RegistryClient.patient().tags(of: Reference(registry: registry.host, repository: "a"))
    }
    #expect(error?.code == code)
    #expect(registry.requests.count == requests)
  }

  @Test(
    "the next page of a Link header",
    arguments: [
      ("</a?b=1>; rel=\"next\"", "/a?b=1"), ("</p>; rel=prev, </n>; REL=\"Next\"", "/n"),
      ("</n>;title=\"next\";rel=\"last next\"", "/n"), ("</n>; rel=nextish", nil), ("</n>", nil), ("", nil), ("<", nil),
      ("</p>; title=\"rel=next\"", nil),
    ] as [(String, String?)])
  func links(header: String, expected: String?) {
    #expect(Link.next(in: [header]) == expected)
  }

  @Test("a manifest is deleted by digest; of a tag, or a blob that is not there, the error says what to do")
  func deletes() async throws {
    let registry = try await DockerRegistry()
    let target = Reference(registry: registry.host, repository: "a", tag: "v1")
    let client = RegistryClient.patient()
    let pushed = try await client.push(image.push(), to: target)
    let ofTag = await #expect(throws: RegistryError.self) { try await client.deleteManifest(target) }
    #expect(ofTag?.hint == "this registry deletes images by digest alone, with all their tags")
    try await client.deleteManifest(pushed.image.reference)
    #expect(try await client.check(target) == nil)
    try await client.deleteBlob(image.content.config.digest, in: target)
    #expect(try await !client.hasBlob(image.content.config, in: target))
    let gone = await #expect(throws: RegistryError.self) {
      try await client.deleteBlob(image.content.config.digest, in: target)
    }
    #expect(gone?.code == .notFound)
  }
}
