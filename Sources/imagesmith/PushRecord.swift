import FoundationEssentials
import Native
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
    // Where nothing has changed no disk need be waited for.
    guard text != "\(image)\n" else { return }
    try FileManager.default.createDirectory(
      atPath: AtomicFile.directory(of: path), withIntermediateDirectories: true)
    try AtomicFile.write(Array("\(image)\n".utf8), to: path)
  }

  /// The registry's host, if the image of that digest is what was pushed last.
  func registry(of digest: Digest) -> String? {
    guard let line = text?.split(separator: "\n").first, let reference = Reference(String(line)),
      reference.digest == digest
    else { return nil }
    return reference.registry
  }

  /// Nil where nothing was pushed.
  private var text: String? {
    (try? FileDescriptor.open(path).readAll(limit: 4096)).map { String(decoding: $0, as: UTF8.self) }
  }
}
