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

  /// With a store of its own, in which `localhost/tiny` is the tests' base.
  init() throws {
    // Its plainest store copies whole trees, which memory does sooner than a disk.
    folder = access("/dev/shm", W_OK) == 0 ? try TemporaryFolder(in: "/dev/shm") : try TemporaryFolder()
    let image = try run(["pull", "--quiet", "oci:\(try TinyBase.layout.get()):tiny"])
    _ = try run(["tag", try #require(image.split(separator: "\n").last.map(String.init)), "localhost/tiny"])
  }

  /// The image, in a layout of its own.
  func build(dockerfile: String, context: String) throws -> ImageLayout {
    let ignore = dockerfile + ".dockerignore"
    let hasIgnore = FileManager.default.fileExists(atPath: ignore)
    _ = try run(
      ["build", "--isolation", "chroot", "--pull-never", "--format", "docker", "--tag", "result", "--file", dockerfile]
        + (hasIgnore ? ["--ignorefile", ignore] : []) + [context])
    let layout = "\(folder.path)/layout-\(UUID())"
    _ = try run(["push", "--quiet", "--format", "oci", "localhost/result", "oci:\(layout):result"])
    return try ImageLayout(directory: layout)
  }

  private func run(_ arguments: [String]) throws -> String {
    let store = ["--storage-driver", "vfs", "--root", folder.path + "/root", "--runroot", folder.path + "/run"]
    let outcome = try Shell.run(["buildah"] + store + arguments)
    try #require(outcome.code == 0, "buildah \(arguments.joined(separator: " ")): \(outcome.output)")
    return outcome.output
  }
}
