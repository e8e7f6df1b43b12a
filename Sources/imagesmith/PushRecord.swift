import Foundation
import OCI
import Registries

/// Where a group's image was pushed last, so that `register` registers just that.
struct PushRecord: Sendable {
  /// `.imagesmith/pushed/GROUP`: one line, the image by digest.
  let path: String

  init(_ project: Project, group: String) {
    path = "\(project.directory)/.imagesmith/pushed/\(group)"
  }

  func keep(_ image: PushedImage) throws {
    try FileManager.default.createDirectory(
      at: URL(filePath: path).deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data("\(image)\n".utf8).write(to: URL(filePath: path), options: .atomic)
  }

  /// The registry's host, if the image of that digest is what was pushed last.
  func registry(of digest: Digest) -> String? {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8),
      let reference = Reference(text.trimmingCharacters(in: .whitespacesAndNewlines)), reference.digest == digest
    else { return nil }
    return reference.registry
  }
}
