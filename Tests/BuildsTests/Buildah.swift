import Foundation
import Layers
import OCI
import Testing

/// Debian's buildah, as another opinion on what a Dockerfile means.
struct Buildah {
  private let folder: TemporaryFolder

  /// Mount points that its isolation makes where the base has none, and leaves in the image.
  static let mountPoints = ["/dev", "/proc", "/run", "/sys", "/etc/hostname", "/etc/hosts", "/etc/resolv.conf"]

  static let isInstalled = access("/usr/bin/buildah", X_OK) == 0

  /// With a store of its own, in which `localhost/tiny` is the tests' small base.
  init() throws {
    // Its plainest store copies whole trees, which memory does sooner than a disk.
    folder = access("/dev/shm", W_OK) == 0 ? try TemporaryFolder(in: "/dev/shm") : try TemporaryFolder()
    try pull("oci:\(try TinyBase.layout.get()):tiny", as: "localhost/tiny")
  }

  /// Takes an image into the store.
  func pull(_ image: String, as name: String) throws {
    let pulled = try require(["pull", "--quiet", image])
    _ = try require(["tag", try #require(pulled.split(separator: "\n").last.map(String.init)), name])
  }

  /// The image of a case; nil when buildah does not build it.
  func build(_ item: CorpusCase, context: String) throws -> ImageFacts? {
    let ignore = item.file + ".dockerignore"
    var arguments = ["build", "--isolation", "chroot", "--pull-never", "--format", "docker", "--tag", "result"]
    arguments += item.arguments.sorted { $0.key < $1.key }.flatMap { ["--build-arg", "\($0.key)=\($0.value)"] }
    if let target = item.target { arguments += ["--target", target] }
    if FileManager.default.fileExists(atPath: ignore) { arguments += ["--ignorefile", ignore] }
    guard try run(arguments + ["--file", item.file, context]).code == 0 else { return nil }
    // The one form that keeps what Docker's configuration has beyond OCI's.
    let image = "\(folder.path)/image"
    defer { try? FileManager.default.removeItem(atPath: image) }
    _ = try require([
      "push", "--quiet", "--disable-compression", "--format", "docker", "localhost/result", "dir:\(image)",
    ])
    _ = try require(["rmi", "--force", "localhost/result"])
    return try facts(of: image)
  }

  /// Reads a folder as `dir:` has it: `manifest.json`, and each blob by the digits of its digest.
  private func facts(of image: String) throws -> ImageFacts {
    let manager = FileManager.default
    let blobs = try BlobStore(directory: image)
    for name in try manager.contentsOfDirectory(atPath: image) where name.count == 64 {
      try manager.moveItem(atPath: "\(image)/\(name)", toPath: "\(image)/blobs/sha256/\(name)")
    }
    let manifest = try CanonicalJSON.decode(
      Manifest.self, from: Array(Data(contentsOf: URL(filePath: image + "/manifest.json"))))
    let config = try CanonicalJSON.decode(ImageConfig.self, from: blobs.read(manifest.config.digest, limit: 8 << 20))
    let layers = zip(config.rootfs.diffIDs, manifest.layers).map { Layer(diffID: $0, descriptor: $1) }
    return try ImageFacts(config: config, layers: layers, blobs: blobs)
  }

  private func require(_ arguments: [String]) throws -> String {
    let outcome = try run(arguments)
    try #require(outcome.code == 0, "buildah \(arguments.joined(separator: " ")): \(outcome.output)")
    return outcome.output
  }

  private func run(_ arguments: [String]) throws -> Shell.Outcome {
    let store = ["--storage-driver", "vfs", "--root", folder.path + "/root", "--runroot", folder.path + "/run"]
    return try Shell.run(["buildah"] + store + arguments)
  }
}
