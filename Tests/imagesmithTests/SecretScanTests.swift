import Builds
import Foundation
import Layers
import Native
import OCI
import Secrets
import Testing

@testable import imagesmith

struct SecretScanTests {
  /// A store with one image, and a cache of its own; removed at the end.
  private final class Store {
    let path = NSTemporaryDirectory() + "secrets-\(UUID().uuidString)"
    let layout: ImageLayout

    init() throws {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      layout = try ImageLayout(directory: path + "/images")
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// An image of a layer for each step, with one file in each.
    func image(
      _ steps: [(step: String, file: String, content: String)], env: [String] = [], compression: Compression = .default
    ) throws -> (digest: Digest, manifest: Manifest) {
      var config = ImageConfig(platform: .host)
      config.config = ContainerConfig()
      config.config?.env = env
      config.history = []
      var layers: [Descriptor] = []
      for (step, file, content) in steps {
        var writer = try LayerWriter(into: layout.blobs, compression: compression, epoch: 0)
        try writer.append(
          LayerEntry(
            path: try #require(LayerPath(file)), kind: .file(.bytes(Array(content.utf8))), mode: 0o600, uid: 0, gid: 0,
            modified: 0))
        let layer = try writer.finish()
        layers.append(layer.descriptor)
        config.rootfs.diffIDs.append(layer.diffID)
        config.history?.append(History(created: nil, createdBy: "ENV A=b", emptyLayer: true))
        config.history?.append(History(created: nil, createdBy: step, emptyLayer: false))
      }
      let descriptor = try layout.put(config: config, layers: layers, tag: "red")
      let manifest = try CanonicalJSON.decode(Manifest.self, from: layout.blobs.read(descriptor.digest))
      return (descriptor.digest, manifest)
    }

    func scan(allowing allowed: [Allowance] = []) -> SecretScan {
      SecretScan(
        records: ScanRecords(inCache: path), bases: BaseCache(cache: path), allowed: allowed)
    }
  }

  private static let netrc = "machine git.test login ann password hunter2x"

  @Test(
    "a secret in a layer refuses the push: rule, layer, path, line, step, and never the secret",
    arguments: [
      Compression.zstd(level: 3), .gzip(level: 1), .none,
    ])
  func refusal(compression: Compression) async throws {
    let store = try Store()
    let (digest, manifest) = try store.image(
      [("COPY a /a", "/a", "plain"), ("RUN make-netrc ann hunter2x # buildkit", "/root/.netrc", Self.netrc)],
      compression: compression)
    let failure = await #expect(throws: Failure.self) {
      try await store.scan().check("red", digest, manifest, in: store.layout.blobs)
    }
    #expect(failure?.exitCode == .input)
    let text = (failure?.message ?? "") + (failure?.hint ?? "")
    #expect(text.contains("/root/.netrc:1: a password in a netrc file (netrc-password)"))
    #expect(text.contains("in layer 2, \(manifest.layers[1].digest.short), of: RUN make-netrc ann …"))
    #expect(!text.contains("hunter2x"))
  }

  @Test("a secret in the environment refuses it too, and so does one in the history")
  func config() async throws {
    let store = try Store()
    let (digest, manifest) = try store.image(
      [("RUN |1 API_KEY=hunter3x /bin/sh -c make # buildkit", "/a", "plain")], env: ["DB_PASSWORD=hunter2x"])
    let failure = await #expect(throws: Failure.self) {
      try await store.scan().check("red", digest, manifest, in: store.layout.blobs)
    }
    let text = failure?.message ?? ""
    #expect(text.contains("config.env.DB_PASSWORD: a password or token in the image's settings (config-password)"))
    #expect(text.contains("of: RUN |1 API_KEY=… /bin/sh -c make"))
    #expect(!text.contains("hunter"))
  }

  @Test("what users.yaml allows goes, and only that")
  func allowing() async throws {
    let store = try Store()
    let (digest, manifest) = try store.image([("COPY a /a", "/root/.netrc", Self.netrc)])
    func leaks(_ rule: String, _ path: String) async throws -> Int {
      let allowed = [Allowance(rule: rule, path: path)]
      return try await store.scan(allowing: allowed).leaks(digest, manifest, in: store.layout.blobs).count
    }
    #expect(try await leaks("netrc-password", "/root/*") == 0)
    #expect(try await leaks("netrc-password", "/home/**") == 1)
    #expect(try await leaks("private-key", "/root/*") == 1)
  }

  @Test("the second time nothing is read; a layer that is not here is left alone, and so is a base's")
  func remembering() async throws {
    let store = try Store()
    let (digest, manifest) = try store.image([("COPY a /a", "/a", "plain"), ("COPY b /b", "/b", "plain as well")])
    try await store.scan().check("red", digest, manifest, in: store.layout.blobs)
    // With the layers gone, only what is remembered can answer.
    for layer in manifest.layers { try store.layout.blobs.remove(layer.digest) }
    #expect(try await store.scan().leaks(digest, manifest, in: store.layout.blobs).isEmpty)

    let (other, its) = try store.image([("COPY a /a", "/root/.netrc", Self.netrc)])
    let blob = try store.layout.blobs.read(its.layers[0].digest)
    try store.layout.blobs.remove(its.layers[0].digest)
    #expect(try await store.scan().leaks(other, its, in: store.layout.blobs).isEmpty)
    _ = try store.layout.blobs.put(blob, mediaType: its.layers[0].mediaType)
    #expect(try await store.scan().leaks(other, its, in: store.layout.blobs).count == 1)
    // A finding is remembered too.
    try store.layout.blobs.remove(its.layers[0].digest)
    #expect(try await store.scan().leaks(other, its, in: store.layout.blobs).count == 1)
  }
}
