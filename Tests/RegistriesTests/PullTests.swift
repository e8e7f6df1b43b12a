import Native
import OCI
import Testing

@testable import Registries

@Suite("Pulls from a real registry")
struct PullTests {
  @Test("an image goes up and comes back, each blob in its file and nothing beside")
  func roundTrip() async throws {
    let registry = try await DockerRegistry()
    let image = try TestImage()
    let target = Reference(registry: registry.host, repository: "team/app", tag: "v1")
    let client = RegistryClient.patient()
    _ = try await client.push(image.push(), to: target)

    let copy = try TemporaryDirectory()
    let pulled = try await client.pull(target, to: { try BlobFile(path: "\(copy.path)/\($0.digest.hex)") })
    #expect(pulled.resolved.image.digest == image.digest)
    #expect(pulled.resolved.content == image.content)
    #expect(pulled.config == image.blobs[image.content.config.digest])
    #expect(copy.names == image.blobs.keys.map(\.hex).sorted())
    for (digest, bytes) in image.blobs { #expect(try copy.read(digest.hex) == bytes) }
  }

  @Test("what skopeo pushed in Docker's own format is pulled")
  func dockerFormat() async throws {
    let registry = try await DockerRegistry()
    let image = try TestImage()
    let client = RegistryClient.patient()
    let source = Reference(registry: registry.host, repository: "team/oci", tag: "v1")
    _ = try await client.push(image.push(), to: source)
    let run = try ServerProcess.run(
      "skopeo",
      [
        "copy", "--src-tls-verify=false", "--dest-tls-verify=false", "--format", "v2s2", "docker://\(source)",
        "docker://\(registry.host)/team/docker:v1",
      ])
    #expect(run.code == 0, "\(run.output)")
    let target = Reference(registry: registry.host, repository: "team/docker", tag: "v1")
    let resolved = try await client.resolve(target)
    #expect(resolved.manifest.mediaType == .dockerManifest)
    let config = try CanonicalJSON.decode(ImageConfig.self, from: try await client.fetchConfig(of: resolved))
    #expect(config.platform.architecture == "amd64")
  }

  @Test("an index leads to the platform's image; another platform is told what there is")
  func index() async throws {
    let registry = try await DockerRegistry()
    let client = RegistryClient.patient()
    var index = ImageIndex(manifests: [])
    for (seed, architecture) in [(UInt8(1), "amd64"), (2, "arm64")] {
      let image = try TestImage(seed: seed)
      let result = try await client.push(
        image.push(), to: Reference(registry: registry.host, repository: "team/app"))
      index.manifests.append(
        Descriptor(
          mediaType: .imageManifest, digest: result.digest, size: image.manifest.count,
          platform: Platform(architecture: architecture)))
    }
    let target = Reference(registry: registry.host, repository: "team/app", tag: "both")
    let bytes = try CanonicalJSON.encode(index)
    _ = try await client.put(manifest: bytes, .imageIndex, to: target)

    let resolved = try await client.resolve(target, for: Platform(architecture: "arm64"))
    #expect(resolved.image.digest == index.manifests[1].digest)
    #expect(resolved.index?.bytes == bytes)
    let error = await #expect(throws: RegistryError.self) {
      _ = try await client.resolve(target, for: Platform(architecture: "s390x"))
    }
    #expect(error?.code == .notFound)
    #expect(error?.hint == "it has linux/amd64, linux/arm64")
  }

  @Test("what is not there is nil when asked about, an error when fetched")
  func missing() async throws {
    let registry = try await DockerRegistry()
    let client = RegistryClient.patient()
    let target = Reference(registry: registry.host, repository: "team/none", tag: "v1")
    #expect(try await client.check(target) == nil)
    let error = await #expect(throws: RegistryError.self) { _ = try await client.fetchManifest(target) }
    #expect(error?.code == .notFound)
    #expect(error?.reported == ["MANIFEST_UNKNOWN"])
    let blob = Descriptor(mediaType: .layer, digest: Digest(sha256: [UInt8](repeating: 1, count: 32)), size: 3)
    let copy = try TemporaryDirectory()
    await #expect(throws: RegistryError.self) {
      try await client.fetchBlob(blob, from: target, toFile: "\(copy.path)/blob")
    }
    #expect(copy.names.isEmpty)
    #expect(try await client.hasBlob(blob, in: target) == false)
  }

  @Test("a manifest is deleted by its digest")
  func delete() async throws {
    let registry = try await DockerRegistry()
    let client = RegistryClient.patient()
    let image = try TestImage()
    let target = Reference(registry: registry.host, repository: "team/app", tag: "v1")
    let result = try await client.push(image.push(), to: target)
    try await client.deleteManifest(result.image.reference)
    #expect(try await client.check(target) == nil)
  }

  @Test("TLS: its CA makes it trusted, none is an error, insecure takes any certificate and plain HTTP")
  func tls() async throws {
    let directory = try TemporaryDirectory()
    let certificate = "\(directory.path)/cert.pem"
    let key = "\(directory.path)/key.pem"
    let made = try ServerProcess.run(
      "openssl",
      [
        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
        "/CN=test", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate,
      ])
    #expect(made.code == 0, "\(made.output)")
    let registry = try await DockerRegistry(certificate: (certificate, key))
    func client(_ settings: HostSettings) -> RegistryClient {
      RegistryClient(
        .init(hosts: [registry.host: settings], timekeeper: ManualTime().timekeeper), credentials: { _ in nil })
    }
    let image = try TestImage()
    let target = Reference(registry: registry.host, repository: "team/app", tag: "v1")
    _ = try await client(HostSettings(caBundle: certificate)).push(image.push(), to: target)
    #expect(try await client(HostSettings(isInsecure: true)).check(target)?.digest == image.digest)
    let error = await #expect(throws: RegistryError.self) { _ = try await client(HostSettings()).check(target) }
    #expect(error?.code == .unreachable)
    #expect(error?.hint?.contains("certs.d/\(registry.host)/ca.crt") == true)
  }
}
