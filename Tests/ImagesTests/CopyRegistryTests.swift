import FaultyRegistries
import Layers
import Native
import OCI
import Registries
import Testing

@testable import Images

/// Copies to, from and between registries.
@Suite("Copies with registries")
struct CopyRegistryTests {
  let folder: TestFolder
  let bench: CopyBench

  init() throws {
    folder = try TestFolder()
    bench = CopyBench(folder: folder)
  }

  private func client(_ registry: FaultyRegistry) -> RegistryClient {
    var configuration = RegistryClient.Configuration()
    configuration.retry.base = .milliseconds(1)
    return RegistryClient(configuration) { _ in .password(user: "AWS", password: registry.password) }
  }

  /// A blob of so many bytes beside the sample image, as an artifact's only layer.
  private func large(_ size: Int) throws -> Descriptor {
    let text = String(repeating: "0123456789abcde\n", count: size / 16)
    return try bench.artifact("application/vnd.oci.empty.v1+json", [("application/octet-stream", text)])
  }

  @Test("to a registry with password and TLS, to another repository of it, to another registry, and back")
  func around() async throws {
    let (index, images) = try bench.several()
    let locked = try LocalRegistry(in: folder, name: "locked", isLocked: true)
    let open = try LocalRegistry(in: folder, name: "open")
    let inside = locked.client(trusting: folder("locked.ca"))
    let outside = open.client
    let first = try await bench.toRegistry(bench.layout("many"), "\(locked.host)/a/one:1", inside, .all)
    #expect(first.outcome?.names == ["\(locked.host)/a/one@\(index.digest)"])
    #expect(first.existing == 0)
    // In one registry nothing is sent.
    let source = try bench.registry("\(locked.host)/a/one:1", inside)
    let second = try await bench.toRegistry(source, "\(locked.host)/b/two:1", inside, tags: ["2", "3"], .all)
    #expect(second.uploaded == 0)
    #expect(second.mounted == first.uploaded)
    // Into another, by digest, without a file.
    let third = try await bench.toRegistry(
      bench.registry("\(locked.host)/b/two@\(index.digest)", inside), "\(open.host)/c/three:1", outside, .all)
    #expect(third.uploaded == first.uploaded)
    #expect(try folder.shell("ls -d work || true").isEmpty)
    let digests = try folder.shell(
      """
      export REGISTRY_AUTH_FILE=$PWD/auth.json
      mkdir -p certs && cp locked.ca certs/ca.crt
      skopeo login --cert-dir certs -u '\(LocalRegistry.user)' --password-stdin \(locked.host) \
        <<<'\(LocalRegistry.password)' >/dev/null
      skopeo inspect --cert-dir certs --raw docker://\(locked.host)/b/two:3 | sha256sum
      skopeo inspect --tls-verify=false --raw docker://\(open.host)/c/three:1 | sha256sum
      skopeo copy -q --all --src-tls-verify=false docker://\(open.host)/c/three:1 oci:peer:one
      """)
    #expect(digests == String(repeating: "\(index.digest.hex)  -\n", count: 2))
    #expect(try bench.blobs(of: "peer") == bench.blobs(of: "layout"))
    // Back: the whole index, and one image of it.
    let three = try bench.registry("\(open.host)/c/three:1", outside)
    try await bench.toLayout(three, "back", .all)
    #expect(try bench.blobs(of: "back") == bench.blobs(of: "layout"))
    #expect(try await bench.toArchive(three, "a.tar").root.digest == images[0].digest)
    // Once more: a look at each manifest, and nothing sent.
    let again = try await bench.toRegistry(source, "\(open.host)/c/three:1", outside, .all)
    #expect(again.uploaded + again.mounted + again.existing == 0)
  }

  @Test("what skopeo and podman push, in each of their forms", arguments: ["v2s2", "oci"])
  func peers(_ form: String) async throws {
    let (_, images) = try bench.several()
    let layout = try ImageLayout(directory: folder("layout"))
    // skopeo refuses to put an attestation into Docker's form.
    try layout.put(
      try layout.blobs.put(
        try CanonicalJSON.encode(ImageIndex(manifests: Array(images.prefix(2)))), mediaType: .imageIndex), tag: "two")
    let registry = try LocalRegistry(in: folder)
    try folder.shell(
      """
      skopeo copy -q --all --format \(form) --dest-tls-verify=false oci:layout:two docker://\(registry.host)/p/two:1
      runroot=$(mktemp -d /tmp/iml-XXXX)
      trap 'rm -r "$runroot"' EXIT
      podman="podman --root $PWD/p --runroot $runroot --storage-driver vfs"
      $podman pull -q oci:layout:one >/dev/null
      $podman push -q --tls-verify=false --format \(form) $($podman images -q | head -1) docker://\(registry.host)/p/one:1
      """)
    for name in ["two", "one"] {
      let source = try bench.registry("\(registry.host)/p/\(name):1", registry.client)
      let copied = try await bench.toRegistry(source, "\(registry.host)/q/\(name):1", registry.client, .all)
      try await bench.toLayout(source, "\(name)-layout", .all)
      let raw = try folder.shell(
        """
        skopeo inspect --tls-verify=false --raw docker://\(registry.host)/p/\(name):1 | sha256sum
        skopeo inspect --tls-verify=false --raw docker://\(registry.host)/q/\(name):1 | sha256sum
        """)
      #expect(raw == String(repeating: "\(copied.root.digest.hex)  -\n", count: 2))
      _ = try bench.blobs(of: "\(name)-layout")
      if form == "v2s2" { #expect(copied.root.mediaType.rawValue.contains("docker.distribution.manifest")) }
    }
  }

  @Test("what is copied is pulled by podman", arguments: [Compression.none, .gzip(level: 6), .zstd(level: 3)])
  func podman(_ compression: Compression) async throws {
    let made = try bench.sample(compression)
    let registry = try LocalRegistry(in: folder)
    let result = try await bench.toRegistry(bench.layout(), "\(registry.host)/p/one:1", registry.client)
    let output = try folder.shell(
      """
      runroot=$(mktemp -d /tmp/iml-XXXX)
      trap 'rm -r "$runroot"' EXIT
      podman="podman --root $PWD/p --runroot $runroot --storage-driver vfs"
      $podman pull -q --tls-verify=false \(registry.host)/p/one:1 >/dev/null
      $podman image inspect --format '{{.Digest}} {{.RootFS.Layers}}' \(registry.host)/p/one:1
      """)
    #expect(output == "\(result.root.digest) [\(made.layers.map { "\($0.diffID)" }.joined(separator: " "))]\n")
  }

  @Test("what refers to an image comes with it, and what refers to that, in every form")
  func referrers() async throws {
    let (index, images) = try bench.several()
    let signature = try bench.sign(index, "of the index")
    let second = try bench.sign(images[1], "of an image")
    let third = try bench.sign(signature, "of the signature")
    let registry = try LocalRegistry(in: folder)
    let client = registry.client
    let without = try await bench.toRegistry(bench.layout("many"), "\(registry.host)/a/none:1", client, .all)
    #expect(without.referrers == 0)
    let first = try await bench.toRegistry(
      bench.layout("many"), "\(registry.host)/a/one:1", client, .all, hasReferrers: true)
    #expect(first.referrers == 3)
    let source = try bench.registry("\(registry.host)/a/one:1", client)
    #expect(try await source.referrers(of: index.digest).map(\.digest) == [signature.digest])
    #expect(try await source.referrers(of: images[1].digest).map(\.artifactType) == ["application/x-signature"])
    #expect(try await source.referrers(of: signature.digest).map(\.digest) == [third.digest])
    #expect(try await source.referrers(of: images[0].digest).isEmpty)
    try await bench.toArchive(source, "a.tar", .all, hasReferrers: true)
    let archive = try await bench.archive("a.tar", tag: "one")
    #expect(try await bench.toLayout(archive, "back", .all, hasReferrers: true).referrers == 3)
    let back = try await bench.layout(in: "back").referrers(of: images[1].digest)
    #expect(back.map(\.digest) == [second.digest])
    #expect(try bench.blobs(of: "back") == bench.blobs(of: "layout"))
    // Of one image, its own alone.
    let own = try await bench.toLayout(source, "own", .platform(images[1].platform), hasReferrers: true)
    #expect(own.referrers == 1)
    // A second time nothing is sent, and nothing is listed twice.
    let again = try await bench.toLayout(archive, "back", .all, hasReferrers: true)
    #expect(again.uploaded == 0)
    #expect(try ImageLayout(directory: folder("back")).index().manifests.count == 4)
  }

  @Test("an empty layer, and an archive")
  func emptyLayer() async throws {
    let made = try bench.artifact("application/vnd.oci.empty.v1+json", [("application/x", ""), ("application/y", "")])
    let registry = try FaultyRegistry()
    try await bench.toArchive(bench.layout(), "a.tar")
    let source = try await bench.archive("a.tar")
    #expect(
      try await bench.toRegistry(source, "\(registry.host)/team/app:1", client(registry)).root.digest == made.digest)
    try await bench.toLayout(bench.registry("\(registry.host)/team/app:1", client(registry)), "back")
    #expect(try bench.blobs(of: "back") == bench.blobs(of: "layout"))
  }

  @Test(
    "a blob whose way breaks at either end goes by a file, which is gone afterwards",
    arguments: [
      (Fault.resetRequest(afterBytes: 100_000), nil), (.status(503), nil), (.close, nil), (.closeAfterWork, nil),
      (nil, Fault.reset(afterBytes: 200_000)), (nil, .cut(afterBytes: 70_000)),
      (.status(500), .reset(afterBytes: 9000)),
    ] as [(Fault?, Fault?)])
  func fallback(atTarget: Fault?, atSource: Fault?) async throws {
    let made = try large(2 << 20)
    let source = try FaultyRegistry()
    let target = try FaultyRegistry()
    try await bench.toRegistry(bench.layout(), "\(source.host)/team/app:1", client(source))
    if let atSource { source.follow(FaultSchedule([.init(atSource, at: .fetchBlob, times: 2)])) }
    if let atTarget { target.follow(FaultSchedule([.init(atTarget, at: .finishUpload)])) }
    let result = try await bench.toRegistry(
      bench.registry("\(source.host)/team/app:1", client(source)), "\(target.host)/team/app:1", client(target))
    #expect(result.root.digest == made.digest)
    try await bench.toLayout(bench.registry("\(target.host)/team/app:1", client(target)), "back")
    #expect(try bench.blobs(of: "back") == bench.blobs(of: "layout"))
    #expect(try folder.shell("ls -A work 2>/dev/null || true").isEmpty)
  }

  @Test("a blob that is spoilt at its source reaches no registry, and no other place")
  func spoilt() async throws {
    let made = try large(1 << 20)
    let blob = try #require(try await ManifestLinks(bench.layout().manifest(nil), of: "it").blobs.last)
    let source = try FaultyRegistry()
    let target = try FaultyRegistry()
    try await bench.toRegistry(bench.layout(), "\(source.host)/team/app:1", client(source))
    source.follow(FaultSchedule([.init(.spoil(byte: (1 << 20) - 1), at: .fetchBlob, times: .max)]))
    let from = try bench.registry("\(source.host)/team/app:1", client(source))
    let error = await #expect(throws: RegistryError.self) {
      try await bench.toRegistry(from, "\(target.host)/team/app:1", client(target))
    }
    #expect(error?.code == .mismatch)
    #expect(target.blob(blob.digest, in: "team/app") == nil)
    #expect(target.manifest("\(made.digest)", in: "team/app") == nil)
    await #expect(throws: RegistryError.self) { try await bench.toLayout(from, "out") }
    await #expect(throws: RegistryError.self) { try await bench.toArchive(from, "a.tar") }
    #expect(
      try folder.shell("find . -name '*partial-*' -o -name '\(blob.digest.hex)' -path './out/*' -o -name a.tar").isEmpty
    )
  }

  @Test("a registry that takes nothing: one error, and nothing is left")
  func refused() async throws {
    _ = try large(1 << 20)
    let source = try FaultyRegistry()
    let target = try FaultyRegistry(Manner(), FaultSchedule([.init(.status(403), at: .startUpload, times: .max)]))
    try await bench.toRegistry(bench.layout(), "\(source.host)/team/app:1", client(source))
    let error = await #expect(throws: RegistryError.self) {
      try await bench.toRegistry(
        bench.registry("\(source.host)/team/app:1", client(source)), "\(target.host)/team/app:1", client(target))
    }
    #expect(error?.code == .denied)
    #expect(target.manifest("1", in: "team/app") == nil)
    #expect(try folder.shell("ls -A work 2>/dev/null || true").isEmpty)
  }

  @Test("a digest for a name must be that of what is copied")
  func digestName() async throws {
    let made = try large(1000)
    let registry = try FaultyRegistry()
    let client = client(registry)
    let work = folder("work")
    let copy = ImageCopy(bench.layout(), name: "it", selection: .all)
    let run = { (digest: Digest) in
      try await copy.run(to: { root in
        try RegistryCopyDestination(
          root, to: Reference(registry: registry.host, repository: "team/app", digest: digest), tags: [],
          client: client, folder: work)
      })
    }
    let error = await #expect(throws: ImageError.self) {
      try await run(Digest(sha256: [UInt8](repeating: 7, count: 32)))
    }
    #expect(error?.code == .usage)
    #expect(registry.requests.isEmpty)
    #expect(try await run(made.digest).outcome?.digest == made.digest)
    #expect(registry.manifest("\(made.digest)", in: "team/app") != nil)
  }
}
