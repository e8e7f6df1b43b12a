import FaultyRegistries
import OCI
import Testing

@testable import Registries

/// A push and a pull of one image, and whether what arrived is what was sent.
struct RoundTrip {
  let registry: FaultyRegistry
  let image: TestImage
  let target: Reference
  /// Up to which size, in bytes, blobs are sent unasked.
  let smallSize: Int
  /// Bytes of an upload's chunk; nil where blobs go whole.
  let chunkSize: Int?

  static let repository = "team/app"

  init(
    _ registry: FaultyRegistry, _ image: TestImage, smallSize: Int = 0, chunkSize: Int? = nil, target: Reference? = nil
  ) {
    self.registry = registry
    self.image = image
    self.smallSize = smallSize
    self.chunkSize = chunkSize
    self.target = target ?? Reference(registry: registry.host, repository: Self.repository, tag: "v1")
  }

  /// Waits for nothing; asks for the password of this moment, as ECR's API hands it out.
  func client(_ time: ManualTime = ManualTime(), retry: RetryPolicy = RetryPolicy()) -> RegistryClient {
    let hosts = [registry.host: HostSettings(chunkSize: chunkSize)]
    return RegistryClient(
      .init(hosts: hosts, retry: retry, smallSize: smallSize, timekeeper: time.timekeeper)
    ) { [registry] _ in .password(user: "AWS", password: registry.password) }
  }

  /// Whatever went wrong: a push that says that it is done is done.
  func push(mountFrom: [String] = [], _ comment: Comment? = nil) async throws {
    let result = try await client().push(image.push(mountFrom: mountFrom), to: target)
    #expect(result.digest == image.digest, comment)
    expectStored(comment)
  }

  /// Whether the registry has the image byte for byte.
  func expectStored(_ comment: Comment? = nil) {
    #expect(registry.manifest("v1", in: Self.repository) == image.manifest, comment)
    for (digest, bytes) in image.blobs {
      #expect(registry.blob(digest, in: Self.repository) == bytes, comment)
    }
  }

  func pull(by other: RegistryClient? = nil, _ comment: Comment? = nil) async throws {
    let copy = try TemporaryDirectory()
    do {
      let pulled = try await (other ?? client()).pull(
        target, to: { try BlobFile(path: "\(copy.path)/\($0.digest.hex)") })
      #expect(pulled.resolved.manifest.bytes == image.manifest, comment)
      #expect(copy.names == image.blobs.keys.map(\.hex).sorted(), comment)
      for (digest, bytes) in image.blobs { #expect(try copy.read(digest.hex) == bytes, comment) }
    } catch let error as RegistryError {
      // What is there is whole, and nothing half is left beside it.
      for name in copy.names {
        let digest = try #require(Digest("sha256:\(name)"), comment)
        #expect(try copy.read(name) == image.blobs[digest], comment)
      }
      throw error
    }
  }
}
