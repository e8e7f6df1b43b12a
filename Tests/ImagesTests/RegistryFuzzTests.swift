import FaultyRegistries
import Foundation
import Layers
import Native
import OCI
import Registries
import Testing

@testable import Images

/// Images whose manifest and config a registry damages at random, always the same ways, each with a digest that is right:
/// one error, or an image whose layers are read.
///
/// `IMAGESMITH_FUZZ_ROUNDS=100000 swift test --filter RegistryFuzz` goes on for longer, with new ones.
@Suite("Images of a registry that lies")
struct RegistryFuzzTests {
  private static let rounds =
    ProcessInfo.processInfo.environment["IMAGESMITH_FUZZ_ROUNDS"].flatMap { Int($0) } ?? 200

  /// - Returns: whether it was an image.
  private func read(_ source: RegistrySource, _ comment: Comment) async throws -> Bool {
    do {
      let image = try await source.image(for: nil)
      #expect(image.layers.count == image.config.rootfs.diffIDs.count, comment)
      for layer in image.layers {
        _ = try await source.read(layer.descriptor) { source in
          try withUnsafeTemporaryAllocation(byteCount: 1 << 16, alignment: 1) { buffer in
            while try source(buffer) > 0 {}
          }
        }
      }
      return true
    } catch let error as ImageError {
      #expect(!error.message.isEmpty, comment)
    } catch let error as RegistryError {
      #expect(!error.message.isEmpty && [65, 69].contains(error.code.exitCode), "\(comment): \(error)")
    }
    return false
  }

  @Test("of any bytes: one error, or an image", .timeLimit(.minutes(10)))
  func mutated() async throws {
    let folder = try TestFolder()
    let store = try BlobStore(directory: folder("store"))
    let image = try SampleImage.make(.gzip(level: 1), in: store)
    let documents = try image.documents(.oci)
    let registry = try FaultyRegistry()
    let layers = try image.layers.map { try store.read($0.descriptor.digest, limit: 1 << 20) }
    let client = RegistryClient { _ in nil }
    let target = Reference(registry: registry.host, repository: "team/app", tag: "bad")
    var images = 0
    for round in 0..<Self.rounds {
      var generator = SplitMix64(seed: UInt64(round))
      var config = documents.config.bytes
      var manifest = try CanonicalJSON.decode(Manifest.self, from: documents.manifest.bytes)
      let isConfig = round % 4 != 0
      if isConfig { config = DocumentMutation.broken(config, &generator) }
      manifest.config.digest = Digest(sha256: try SHA256.hash(config))
      manifest.config.size = config.count
      var bytes = try CanonicalJSON.encode(manifest)
      if !isConfig { bytes = DocumentMutation.broken(bytes, &generator) }
      try registry.keep(layers + [config], manifest: bytes, as: "bad", in: "team/app")
      if try await read(RegistrySource(target, client: client), "round \(round)") { images += 1 }
    }
    // Neither all nor none: else the fuzz would test nothing.
    #expect(images > 0 && images < Self.rounds * 9 / 10, "\(images) of \(Self.rounds)")
  }
}
