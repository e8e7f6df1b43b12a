import FaultyRegistries
import Foundation
import Native
import OCI
import Testing

@testable import Registries

/// Manifests, indexes and configs that are mutated at random, always the same ways, in a registry that swears to their
/// digests: each is one error, or an image whose blobs are what their digests name.
///
/// `IMAGESMITH_FUZZ_ROUNDS=100000 swift test --filter ManifestFuzz` goes on for longer, with new ones.
@Suite("Manifests of a registry that lies")
struct ManifestFuzzTests {
  private static let rounds =
    ProcessInfo.processInfo.environment["IMAGESMITH_FUZZ_ROUNDS"].flatMap { Int($0) } ?? 400

  private static func index(of image: TestImage) throws -> [UInt8] {
    let child = Descriptor(
      mediaType: .imageManifest, digest: image.digest, size: image.manifest.count, platform: .host)
    return try CanonicalJSON.encode(ImageIndex(manifests: [child]))
  }

  /// - Returns: whether an image came of it.
  private func pull(_ registry: FaultyRegistry, _ image: TestImage, tag: String, _ comment: Comment) async throws
    -> Bool
  {
    let copy = try TemporaryDirectory()
    let target = Reference(registry: registry.host, repository: "team/app", tag: tag)
    do {
      _ = try await RegistryClient.patient().pull(target, to: { try BlobFile(path: "\(copy.path)/\($0.digest.hex)") })
    } catch let error as RegistryError {
      #expect(!error.message.isEmpty && !error.message.contains(where: \.isNewline), comment)
      #expect([65, 69].contains(error.code.exitCode), "\(comment): \(error)")
      for name in copy.names { #expect(Digest("sha256:\(name)") != nil, comment) }
      return false
    }
    for name in copy.names {
      #expect(Digest(sha256: try SHA256.hash(try copy.read(name))).hex == name, comment)
    }
    return true
  }

  @Test("of any bytes: one error, or an image whose every blob is what its digest names", .timeLimit(.minutes(10)))
  func mutated() async throws {
    let image = try TestImage(layers: 2, layerSize: 300)
    let registry = try FaultyRegistry()
    let index = try Self.index(of: image)
    try registry.keep(Array(image.blobs.values), manifest: image.manifest, as: "good", in: "team/app")
    var images = 0
    for round in 0..<Self.rounds {
      var generator = SplitMix64(seed: UInt64(round))
      let isIndex = Bool.random(using: &generator)
      let bytes = DocumentMutation.broken(isIndex ? index : image.manifest, &generator)
      let types: [MediaType] = [
        .imageManifest, .imageIndex, .dockerManifest, .dockerManifestList, MediaType("application/json"), MediaType(""),
      ]
      let type =
        Bool.random(using: &generator)
        ? (isIndex ? MediaType.imageIndex : .imageManifest)
        : types[Int.random(in: types.indices, using: &generator)]
      try registry.keep([], manifest: bytes, type.rawValue, as: "bad", in: "team/app")
      if try await pull(registry, image, tag: "bad", "round \(round)") { images += 1 }
    }
    // Neither all nor none: else the fuzz would test nothing.
    #expect(images > 0 && images < Self.rounds * 3 / 4, "\(images) of \(Self.rounds)")
  }
}
