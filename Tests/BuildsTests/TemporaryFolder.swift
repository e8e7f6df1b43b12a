import Foundation
import Synchronization

/// A folder that goes with the object, or with the process.
final class TemporaryFolder: Sendable {
  let path: String

  /// Those that stand in globals, which no one frees, are removed at the end.
  private static let living = Mutex<Set<String>>([])
  private static let removal: Void = {
    atexit { for path in TemporaryFolder.living.withLock({ $0 }) { try? FileManager.default.removeItem(atPath: path) } }
  }()

  init(in parent: String = FileManager.default.temporaryDirectory.path) throws {
    let path = "\(parent)/imagesmith-test-\(UUID())".lowercased()
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    Self.removal
    Self.living.withLock { _ = $0.insert(path) }
    self.path = path
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
    Self.living.withLock { _ = $0.remove(path) }
  }

  /// Writes files by their paths; a path that ends in a slash is a folder.
  func write(_ files: [String: String]) throws {
    for (name, text) in files {
      let file = "\(path)/\(name)"
      let folder = name.hasSuffix("/") ? file : (file as NSString).deletingLastPathComponent
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      if !name.hasSuffix("/") { try text.write(toFile: file, atomically: false, encoding: .utf8) }
    }
  }
}
