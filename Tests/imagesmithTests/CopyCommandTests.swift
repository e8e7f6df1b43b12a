import FaultyRegistries
import Foundation
import Glibc
import Layers
import OCI
import Registries
import Synchronization
import Testing

@testable import Images
@testable import imagesmith

/// What `imagesmith copy` understands, prints and refuses.
@Suite("copy")
struct CopyCommandTests {
  private let folder: String

  init() throws {
    folder = NSTemporaryDirectory() + "copy-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  /// A layout with an artifact as `one`.
  private func artifact(_ size: Int = 1000) throws -> Descriptor {
    let layout = try ImageLayout(directory: folder + "/layout")
    let config = try layout.blobs.put(Array("{}".utf8), mediaType: .emptyJSON)
    let layer = try layout.blobs.put([UInt8](repeating: 7, count: size), mediaType: MediaType("application/x"))
    let manifest = try layout.blobs.put(
      try CanonicalJSON.encode(Manifest(config: config, layers: [layer])), mediaType: .imageManifest)
    try layout.put(manifest, tag: "one")
    return manifest
  }

  private func run(_ arguments: String...) throws -> Executable.Outcome {
    try Executable(["copy"] + arguments, in: folder).run()
  }

  private func remove() { try? FileManager.default.removeItem(atPath: folder) }

  @Test(
    "the tags of a copy: DST's and --tag's, or latest",
    arguments: [
      ("h.example/r", [], ["latest"]), ("h.example/r", ["1", "2"], ["1", "2"]),
      ("h.example/r:3", ["1", "3"], ["3", "1"]),
      ("h.example/r:latest", ["1"], ["latest", "1"]), ("docker://r", [], ["latest"]),
      ("h.example:5000/r", ["1"], ["1"]),
      ("h.example/r@sha256:\(String(repeating: "0", count: 64))", [], []),
    ] as [(String, [String], [String])])
  func tags(destination: String, tags: [String], expected: [String]) async throws {
    defer { remove() }
    let ends = try CopyEnds("oci:x:y", destination, tags: tags, store: folder)
    var root = try Image.Document(Array("{}".utf8), .imageManifest)
    root.descriptor.digest = try #require(Digest("sha256:" + String(repeating: "0", count: 64)))
    let opened = try #require(try await ends.destination(of: root) as? RegistryCopyDestination)
    #expect(opened.tags == expected)
  }

  @Test("ends that cannot be")
  func ends() async throws {
    defer { remove() }
    try Data().write(to: URL(filePath: folder + "/a.tar"))
    for (source, destination, tags, hasReferrers) in [
      ("oci-archive:\(folder)/a.tar", "docker-archive:\(folder)/./a.tar", [], false),
      ("oci:x", "docker-archive:x.tar", [], true), ("oci:x", "h.example/r", ["a/b"], false),
      ("oci:x", "docker-archive:x.tar:a//b", [], false),
    ] as [(String, String, [String], Bool)] {
      let failure = await #expect(throws: Failure.self) {
        let ends = try CopyEnds(source, destination, tags: tags, store: folder, hasReferrers: hasReferrers)
        return try await ends.destination(of: try Image.Document(Array("{}".utf8), .imageIndex))
      }
      #expect(failure?.exitCode == .usage, "\(destination)")
      #expect(failure?.hint != nil)
    }
  }

  @Test("results, their JSON, and progress where it belongs")
  func results() throws {
    defer { remove() }
    let made = try artifact()
    let registry = try FaultyRegistry()
    let first = try run("oci:layout:one", "\(registry.host)/team/app:1", "--tag", "2")
    #expect(first.code == 0, "\(first.errors)")
    #expect(first.output == "\(registry.host)/team/app@\(made.digest)\n")
    #expect(first.errors.contains("1.0 kB copied"))
    #expect(registry.manifest("1", in: "team/app") == registry.manifest("2", in: "team/app"))
    let second = try run("--json", "--quiet", "oci:layout:one", "\(registry.host)/team/app:1")
    #expect(second.errors.isEmpty)
    struct Report: Decodable {
      var names: [String]
      var digest: String
      var uploaded: Int
    }
    let report = try JSONDecoder().decode(Report.self, from: Data(second.output.utf8))
    #expect(report.digest == "\(made.digest)" && report.uploaded == 0)
    let third = try run("\(registry.host)/team/app@\(made.digest)", "kept")
    #expect(third.output == "kept \(made.digest)\n")
    let fourth = try run("kept", "oci-archive:a.tar")
    #expect(fourth.output == "oci-archive:a.tar \(made.digest)\n")
    let pipe = try run("kept", "oci-archive:-")
    #expect(pipe.output.contains("oci-layout") && !pipe.output.contains("oci-archive"))
  }

  @Test(
    "one error with a hint, and its exit code",
    arguments: [
      (["oci:nowhere", "oci:out"], 65), (["nowhere", "oci:out"], 65), (["oci:layout:two", "oci:out"], 65),
      (["oci-archive:layout/index.json", "oci:out"], 65), (["127.0.0.1:1/r", "oci:out"], 69),
      (["--all", "--platform", "linux/amd64", "oci:layout", "oci:out"], 64), (["--platform", "x/y/z/w", "a", "b"], 64),
      (["oci:layout:one", "docker-archive:d.tar"], 65), (["oci:layout:one", "oci:"], 64),
      (["oci:layout:one", "oci-archive:/proc/a.tar"], 1), (["oci:layout:one"], 64),
    ] as [([String], Int32)])
  func failures(arguments: [String], code: Int32) throws {
    defer { remove() }
    _ = try artifact()
    let outcome = try Executable(["copy"] + arguments, in: folder).run()
    #expect(outcome.code == code, "\(outcome.errors)")
    #expect(outcome.output.isEmpty)
    #expect(outcome.errors.lowercased().contains("error:"))
    #expect(!FileManager.default.fileExists(atPath: folder + "/d.tar"))
  }

  @Test("Ctrl-C: 130, no name, and no file that is half-written", arguments: ["oci:out", "oci-archive:out.tar"])
  func interrupted(_ destination: String) throws {
    defer { remove() }
    let root = try artifact(300_000)
    let layout = try ImageLayout(directory: folder + "/layout")
    let manifest = try layout.blobs.read(root.digest)
    let content = try CanonicalJSON.decode(Manifest.self, from: manifest)
    let victim = Mutex<Executable?>(nil)
    let server = Mutex<FaultyRegistry?>(nil)
    // The first blob comes, and the second one never.
    let registry = try FaultyRegistry(
      Manner(), FaultSchedule([.init(.silence, at: .fetchBlob, skip: 1, times: .max)]),
      onTraffic: { _ in
        guard server.withLock({ $0?.count(.fetchBlob) ?? 0 }) > 0 else { return }
        victim.withLock { $0.take() }?.interrupt()
      })
    try registry.keep(
      try ([content.config] + content.layers).map { try layout.blobs.read($0.digest) }, manifest: manifest, as: "1",
      in: "team/app")
    server.withLock { $0 = registry }
    let process = Executable(["copy", "\(registry.host)/team/app:1", destination], in: folder)
    victim.withLock { $0 = process }
    let outcome = try process.run()
    server.withLock { $0 = nil }
    #expect(outcome.code == 130, "\(outcome.errors)")
    #expect(outcome.output.isEmpty)
    let left = FileManager.default.subpaths(atPath: folder)?.filter {
      $0.contains(".partial-") || $0.hasSuffix("out.tar") || $0.contains(".spool-")
    }
    #expect(left == [])
  }
}
