import FaultyRegistries
import Foundation
import Layers
import Native
import OCI
import Synchronization
import Testing

/// `kill -9` at random moments, always the same ones: the next run finishes, and what it leaves is right.
@Suite("Kill")
struct KillTests {
  private static let kills = 50

  /// A project whose one group has an image of three layers in the local store.
  private struct Project {
    let folder: String
    let manifest: [UInt8]
    let content: Manifest
    let digest: Digest
    let blobs: [Digest: [UInt8]]

    init() throws {
      folder = NSTemporaryDirectory() + "kill-\(UUID().uuidString)"
      var generator = SplitMix64(seed: 1)
      func bytes(_ count: Int) -> Data {
        Data((0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) })
      }
      let roster = """
        project: kill
        registry: {repository: "kill/{group}", tag: v1}
        base: {image: "docker.io/library/debian:trixie-slim"}
        notebooks: s3://team/notebooks/{group}
        groups: {pii: {data: [s3://datalake/pii/]}}
        users: {user1: {uid: 2001, groups: [pii]}}
        """
      let files = [
        "users.yaml": Data(roster.utf8), "context/a": bytes(60_000), "context/b": bytes(20_000), "context/c": bytes(9),
        "context/Dockerfile": Data("FROM scratch\nCOPY a /\nCOPY b /\nCOPY c /\n".utf8),
      ]
      try FileManager.default.createDirectory(atPath: folder + "/context", withIntermediateDirectories: true)
      for (name, data) in files { try data.write(to: URL(filePath: "\(folder)/\(name)")) }
      let build = try Executable(["build", "--tag", "pii", "context"], in: folder).run()
      try #require(build.code == 0, "\(build.errors)")
      let layout = try ImageLayout(directory: folder + "/.imagesmith/images")
      let descriptor = try #require(try layout.resolve("pii"))
      digest = descriptor.digest
      manifest = try layout.blobs.read(digest, limit: 1 << 20)
      content = try CanonicalJSON.decode(Manifest.self, from: manifest)
      blobs = try ([content.config] + content.layers).reduce(into: [:]) {
        $0[$1.digest] = try layout.blobs.read($1.digest, limit: 1 << 20)
      }
    }

    func remove() { try? FileManager.default.removeItem(atPath: folder) }
  }

  /// When the process dies: as soon as so many bytes have come and gone, and so many microseconds later.
  private struct Moment {
    let traffic: Int
    let delay: UInt32

    init(_ number: Int, of whole: Int) {
      var generator = SplitMix64(seed: UInt64(number))
      traffic = Int.random(in: 1...whole, using: &generator)
      // Most die within the exchange; some a little after, while they write what they have.
      delay = number % 3 == 0 ? UInt32.random(in: 0..<20_000, using: &generator) : 0
    }
  }

  /// Runs `arguments` twice, with the registry in place of HOST: killed at the moment, then to the end.
  ///
  /// - Returns: whether the first was killed, and how the second ended.
  private func run(
    _ arguments: [String], in folder: String,
    against registry: (@escaping @Sendable (Int) -> Void) throws -> FaultyRegistry,
    killedAt moment: Moment?
  ) throws -> (wasKilled: Bool, last: Executable.Outcome, registry: FaultyRegistry, traffic: Int) {
    let victim = Mutex<Executable?>(nil)
    let traffic = Atomic(0)
    let registry = try registry { bytes in
      traffic.store(bytes, ordering: .relaxed)
      guard let moment, bytes >= moment.traffic, let victim = victim.withLock({ $0.take() }) else { return }
      if moment.delay > 0 { usleep(moment.delay) }
      victim.kill()
    }
    let arguments = arguments.map { $0.replacing("HOST", with: registry.host) }
    let first = Executable(arguments, in: folder)
    victim.withLock { $0 = first }
    let killed = try first.run()
    victim.withLock { $0 = nil }
    let last = moment == nil ? killed : try Executable(arguments, in: folder).run()
    return (killed.code == nil, last, registry, traffic.load(ordering: .relaxed))
  }

  @Test("of a push: the next push finishes, and the registry has the image byte for byte")
  func push() throws {
    let project = try Project()
    defer { project.remove() }
    let arguments = ["push", "--group", "pii", "--registry", "HOST"]
    func expectStored(_ outcome: Executable.Outcome, _ registry: FaultyRegistry, _ comment: Comment) {
      #expect(outcome.code == 0, "\(comment): \(outcome.errors)")
      #expect(outcome.output == "\(registry.host)/kill/pii@\(project.digest)\n", comment)
      #expect(registry.manifest("v1", in: "kill/pii") == project.manifest, comment)
      for (digest, bytes) in project.blobs { #expect(registry.blob(digest, in: "kill/pii") == bytes, comment) }
    }
    let whole = try run(arguments, in: project.folder, against: { try FaultyRegistry(onTraffic: $0) }, killedAt: nil)
    try #require(whole.last.code == 0, "\(whole.last.errors)")
    expectStored(whole.last, whole.registry, "without a kill")
    var killed = 0
    for number in 0..<Self.kills {
      let moment = Moment(number, of: whole.traffic)
      let (wasKilled, last, registry, _) = try run(
        arguments, in: project.folder, against: { try FaultyRegistry(onTraffic: $0) }, killedAt: moment)
      if wasKilled { killed += 1 }
      expectStored(last, registry, "kill \(number) at \(moment)")
    }
    #expect(killed > Self.kills / 2)
  }

  @Test("of a pull: the next pull finishes, and the cache has each blob byte for byte")
  func pull() throws {
    let project = try Project()
    defer { project.remove() }
    let tree = project.folder + "/pull"
    try FileManager.default.createDirectory(atPath: tree + "/context", withIntermediateDirectories: true)
    let arguments = ["build", "--output", "type=oci,dest=image,tar=false", "--quiet", "context"]
    func registry(_ onTraffic: @escaping @Sendable (Int) -> Void) throws -> FaultyRegistry {
      let registry = try FaultyRegistry(onTraffic: onTraffic)
      try registry.keep(Array(project.blobs.values), manifest: project.manifest, as: "v1", in: "kill/pii")
      try Data("FROM \(registry.host)/kill/pii:v1\n".utf8).write(to: URL(filePath: tree + "/context/Dockerfile"))
      return registry
    }
    func expectImage(_ outcome: Executable.Outcome, _ comment: Comment) throws {
      try #require(outcome.code == 0, "\(comment): \(outcome.errors)")
      for layer in project.content.layers {
        let path = "\(tree)/image/blobs/sha256/\(layer.digest.hex)"
        #expect(try Data(contentsOf: URL(filePath: path)) == Data(project.blobs[layer.digest] ?? []), comment)
      }
      for name in ["cache", "image"] { try? FileManager.default.removeItem(atPath: "\(tree)/\(name)") }
    }
    let whole = try run(arguments, in: tree, against: registry, killedAt: nil)
    try expectImage(whole.last, "without a kill")
    var killed = 0
    for number in 0..<Self.kills {
      let moment = Moment(number, of: whole.traffic)
      let (wasKilled, last, _, _) = try run(arguments, in: tree, against: registry, killedAt: moment)
      if wasKilled { killed += 1 }
      try expectImage(last, "kill \(number) at \(moment)")
    }
    #expect(killed > Self.kills / 2)
  }
}
