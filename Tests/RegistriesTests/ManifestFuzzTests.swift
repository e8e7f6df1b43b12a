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

  /// What JSON and manifests are made of, and what breaks their readers.
  private static let pieces = [
    "{", "}", "[", "]", "\"", ",", ":", "null", "true", "-1", "0", "1e999", "9223372036854775808",
    "-9223372036854775808",
    "0.5", "\\u0000", "\\uD800", "\u{0}", "\u{FF}", "sha256:", "sha512:", "../../etc/passwd", "\"layers\"",
    "\"config\"",
    "\"manifests\"", "\"size\":0", "\"size\":9223372036854775807", "\"digest\":\"sha256:\"", "\"urls\":[\"file:///\"]",
    "\"mediaType\":\"application/vnd.docker.distribution.manifest.v1+json\"", "\"schemaVersion\":1",
    "\"platform\":null",
    String(repeating: "[", count: 2000), String(repeating: "9", count: 400),
  ]

  private static func mutate(_ bytes: [UInt8], _ generator: inout SplitMix64) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<Int.random(in: 1...3, using: &generator) {
      let start = Int.random(in: 0...bytes.count, using: &generator)
      let end = min(bytes.count, start + Int.random(in: 0...20, using: &generator))
      let piece = Array(pieces[Int.random(in: pieces.indices, using: &generator)].utf8)
      switch Int.random(in: 0..<5, using: &generator) {
      case 0: bytes.removeSubrange(start..<end)
      case 1: bytes.replaceSubrange(start..<end, with: piece)
      case 2: bytes.insert(contentsOf: piece, at: start)
      case 3: bytes.insert(contentsOf: bytes[start..<end], at: start)
      default: if start < bytes.count { bytes[start] ^= UInt8(1 << Int.random(in: 0..<8, using: &generator)) }
      }
    }
    return bytes
  }

  /// Exchanges values of the document for others, so that it stays JSON.
  private static func exchange(_ text: String, _ generator: inout SplitMix64) -> String {
    let numbers = ["-1", "0", "1", "1e3", "0.5", "null", "\"7\"", "9223372036854775807", "99999999999999999999"]
    let words = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    let index = Int.random(in: words.indices, using: &generator)
    var changed = words
    let parts = words[index].split(separator: ":", maxSplits: 1)
    let number = numbers[Int.random(in: numbers.indices, using: &generator)]
    changed[index] = parts.count == 2 ? "\(parts[0]):\(number)" : number
    return changed.joined(separator: ",")
  }

  private static func broken(_ bytes: [UInt8], _ generator: inout SplitMix64) -> [UInt8] {
    Bool.random(using: &generator)
      ? mutate(bytes, &generator) : Array(exchange(String(decoding: bytes, as: UTF8.self), &generator).utf8)
  }

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
      let bytes = Self.broken(isIndex ? index : image.manifest, &generator)
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
