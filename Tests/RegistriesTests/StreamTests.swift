import Foundation
import OCI
import Testing

@testable import Registries

@Suite("Big blobs")
struct StreamTests {
  /// Bytes of memory that this process has had at most.
  private func peak() throws -> Int {
    let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") })
    return try #require(line.split(separator: " ").dropFirst().first.flatMap { Int($0) }) << 10
  }

  @Test("300 MB go up and come back without being in memory")
  func memory() async throws {
    let registry = try await DockerRegistry()
    let directory = try TemporaryDirectory()
    let path = try directory.write("big", [1])
    let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    try file.truncate(atOffset: 300 << 20)
    try file.close()
    let digest = try BlobFile.digest(ofFile: path)
    let blob = Descriptor(mediaType: .layer, digest: digest, size: 300 << 20)
    let repository = Reference(registry: registry.host, repository: "team/big")
    let client = RegistryClient.patient()

    let before = try peak()
    try await client.upload(blob, path: path, to: repository)
    try await client.fetchBlob(blob, from: repository, toFile: "\(directory.path)/copy")
    #expect(try BlobFile.digest(ofFile: "\(directory.path)/copy") == digest)
    let growth = try peak() - before
    // The peak is the whole process's, in which other suites run as well: a third of the blob is far from holding it.
    #expect(growth < 100 << 20, "\(growth >> 20) MiB")
  }
}
