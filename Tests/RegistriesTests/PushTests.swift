import FaultyRegistries
import OCI
import Synchronization
import Testing

@testable import Registries

@Suite("Pushes to a real registry")
struct PushTests {
  private func reference(_ host: String, _ repository: String = "team/app", tag: String? = "v1") -> Reference {
    Reference(registry: host, repository: repository, tag: tag)
  }

  @Test("what is pushed is what skopeo copies back, byte for byte")
  func skopeo() async throws {
    let registry = try await DockerRegistry()
    let image = try TestImage()
    let client = RegistryClient.patient()
    let result = try await client.push(image.push(), to: reference(registry.host))

    #expect(result.description == "\(registry.host)/team/app@\(image.digest)")
    #expect(!result.wasThere)
    #expect(result.uploaded == image.size)
    let copy = try TemporaryDirectory()
    let run = try ServerProcess.run(
      "skopeo",
      ["copy", "--src-tls-verify=false", "docker://\(registry.host)/team/app:v1", "oci:\(copy.path)/layout:v1"])
    #expect(run.code == 0, "\(run.output)")
    for (digest, bytes) in image.blobs {
      #expect(try copy.read("layout/blobs/sha256/\(digest.hex)") == bytes)
    }
    #expect(try copy.read("layout/blobs/sha256/\(image.digest.hex)") == image.manifest)
  }

  @Test("a second push finds everything there; a second tag uploads nothing")
  func again() async throws {
    let registry = try await DockerRegistry()
    let image = try TestImage()
    let client = RegistryClient.patient()
    _ = try await client.push(image.push(), to: reference(registry.host))
    let again = try await client.push(image.push(), to: reference(registry.host))
    #expect(again.wasThere)
    #expect(again.existing == image.size)
    let other = try await client.push(image.push(), to: reference(registry.host, tag: "v2"))
    #expect(!other.wasThere)
    #expect(other.uploaded == 0)
    #expect(other.existing == image.size)
    #expect(try await client.tags(of: reference(registry.host)).sorted() == ["v1", "v2"])
  }

  @Test("blobs of another repository are mounted, not sent")
  func mounts() async throws {
    let registry = try await DockerRegistry()
    let image = try TestImage()
    let client = RegistryClient.patient()
    _ = try await client.push(image.push(), to: reference(registry.host, "team/base"))
    let result = try await client.push(
      image.push(mountFrom: ["team/none", "team/base"]), to: reference(registry.host, "team/app"))
    #expect(result.mounted == image.size)
    #expect(result.uploaded == 0)
  }

  @Test("small blobs are sent unasked, one request where they are there and two where not")
  func small() async throws {
    let server = try FaultyRegistry()
    let image = try TestImage()
    let client = RegistryClient.patient(smallSize: 64 << 10)
    let first = try await client.push(image.push(), to: reference(server.host))
    #expect(first.uploaded == image.size)
    #expect(server.count(.checkBlob) == 0)
    #expect(server.requests.filter { $0.path.contains("/blobs/") }.count == 2 * image.blobs.count)

    let registry = try await DockerRegistry()
    _ = try await client.push(image.push(), to: reference(registry.host))
    let other = try await client.push(image.push(), to: reference(registry.host, tag: "v2"))
    #expect(other.uploaded == 0)
    #expect(other.existing == image.size)
  }

  @Test("blobs that are not here are believed to be there; when they are not, they are mounted")
  func believed() async throws {
    let registry = try await DockerRegistry()
    let image = try TestImage()
    let client = RegistryClient.patient()
    _ = try await client.push(image.push(), to: reference(registry.host, "team/base"))
    let known = PushImage(manifest: image.manifest, files: [:], mountFrom: ["team/base"])
    let there = try await client.push(known, to: reference(registry.host, "team/base", tag: "v2"))
    #expect(there.existing == image.size)
    let mounted = try await client.push(known, to: reference(registry.host, "team/app"))
    #expect(mounted.mounted == image.size)
    #expect(try await client.fetchManifest(reference(registry.host, "team/app")).bytes == image.manifest)
    // What is here is sent where it was believed to be there wrongly.
    let wrong = PushImage(manifest: image.manifest, files: image.files, believed: Set(image.files.keys))
    #expect(try await client.push(wrong, to: reference(registry.host, "team/other")).uploaded == image.size)
    #expect(try await client.push(wrong, to: reference(registry.host, "team/other", tag: "v2")).existing == image.size)
  }

  @Test("without a tag the image goes by its digest")
  func byDigest() async throws {
    let registry = try await DockerRegistry()
    let image = try TestImage()
    let client = RegistryClient.patient()
    let result = try await client.push(image.push(), to: reference(registry.host, tag: nil))
    let fetched = try await client.fetchManifest(result.image.reference)
    #expect(fetched.bytes == image.manifest)
  }

  @Test("htpasswd: the right password passes, asked for once; a wrong or none is unauthorized, exit 77")
  func passwords() async throws {
    let registry = try await DockerRegistry(withPassword: true)
    let image = try TestImage()
    let asked = Counter()
    let client = RegistryClient.patient { host in
      #expect(host == registry.host)
      asked.next()
      return .password(user: DockerRegistry.user, password: DockerRegistry.password)
    }
    try await client.ping(registry.host)
    _ = try await client.push(image.push(), to: reference(registry.host))
    #expect(asked.value == 1)

    for credentials in [nil, Credentials.password(user: "AWS", password: "wrong-secret")] {
      let stranger = RegistryClient.patient { _ in credentials }
      let error = await #expect(throws: RegistryError.self) {
        _ = try await stranger.push(image.push(), to: reference(registry.host))
      }
      #expect(error?.code == .unauthorized)
      #expect(error?.code.exitCode == 77)
      #expect(error?.description.contains("wrong-secret") == false)
      #expect(error?.message.hasPrefix("HEAD manifest \(registry.host)/team/app:v1: 401 Unauthorized") == true)
    }
  }

  @Test("progress ends with each blob once, at its whole size")
  func progress() async throws {
    let registry = try await DockerRegistry()
    let image = try TestImage(layers: 4, layerSize: 80_000)
    let seen = Mutex<[BlobProgress]>([])
    _ = try await RegistryClient.patient().push(image.push(), to: reference(registry.host)) { progress in
      seen.withLock { $0.append(progress) }
    }
    let done = seen.withLock { $0 }.filter { $0.phase == .done }
    #expect(Set(done.map(\.descriptor.digest)) == Set(image.blobs.keys))
    #expect(done.count == image.blobs.count)
    #expect(done.allSatisfy { $0.bytes == $0.total })
  }

  @Test("a file that is not the blob it should be is named, and nothing is tagged")
  func damagedFile() async throws {
    let registry = try await DockerRegistry()
    let image = try TestImage()
    var files = image.files
    let layer = image.content.layers[0]
    files[layer.digest] = try image.directory.write("damaged", [UInt8](repeating: 0, count: layer.size))
    let push = PushImage(manifest: image.manifest, files: files)
    let client = RegistryClient.patient()
    let error = await #expect(throws: RegistryError.self) {
      _ = try await client.push(push, to: reference(registry.host))
    }
    #expect(error?.code == .mismatch)
    #expect(error?.message.contains("/damaged should be \(layer.digest)") == true)
    #expect(try await client.check(reference(registry.host)) == nil)
  }

  @Test("a blob without a file, a file that is gone, a manifest that is none: each is one clear error")
  func badInput() async throws {
    let registry = try await DockerRegistry()
    let image = try TestImage()
    let client = RegistryClient.patient()
    let target = reference(registry.host)
    let missing = await #expect(throws: RegistryError.self) {
      _ = try await client.push(PushImage(manifest: image.manifest, files: [:]), to: target)
    }
    #expect(missing?.code == .invalid)
    let gone = await #expect(throws: RegistryError.self) {
      _ = try await client.push(
        PushImage(manifest: image.manifest, files: image.files.mapValues { $0 + ".gone" }), to: target)
    }
    #expect(gone?.code == .local)
    #expect(gone?.message.contains(".gone: No such file") == true)
    let none = await #expect(throws: RegistryError.self) {
      _ = try await client.push(PushImage(manifest: Array("[]".utf8), files: [:]), to: target)
    }
    #expect(none?.code == .invalid)
    let other = await #expect(throws: RegistryError.self) {
      _ = try await client.push(
        image.push(), to: Reference(registry: registry.host, repository: "a", digest: image.content.config.digest))
    }
    #expect(other?.code == .invalid)
  }

  @Test("nobody listens: unreachable, exit 69, and asks for the port")
  func nobody() async throws {
    let image = try TestImage()
    let time = ManualTime()
    let error = await #expect(throws: RegistryError.self) {
      _ = try await RegistryClient.patient(time).push(image.push(), to: reference("127.0.0.1:1"))
    }
    #expect(error?.code == .unreachable)
    #expect(error?.code.exitCode == 69)
    #expect(error?.hint?.contains("127.0.0.1:1 the right port") == true)
    #expect(time.sleeps.count == 2)
  }
}

extension PushResult {
  fileprivate var description: String { image.description }
}
