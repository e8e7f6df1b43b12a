import Layers
import Native
import OCI
import Synchronization

/// The file indexes of the folders that builds take files from, each read when it is first needed.
final class FileIndexes: Sendable {
  /// One file for each folder.
  let directory: String
  private let open = Mutex<[String: FileIndex]>([:])

  init(directory: String) { self.directory = directory }

  /// - Parameter folder: absolute.
  func index(of folder: String) throws -> FileIndex {
    if let index = open.withLock({ $0[folder] }) { return index }
    let name = try SHA256.hash(Array(folder.utf8)).prefix(16)
    let index = FileIndex(path: "\(directory)/\(Array(name).hexadecimal)")
    return open.withLock { open in
      let first = open[folder] ?? index
      open[folder] = first
      return first
    }
  }

  /// Writes what this build has learned, and begins anew, as another process may write next. That an index cannot be
  /// written stops nothing: its files are read again.
  func save() {
    let indexes = open.withLock { open in
      defer { open = [:] }
      return open.values
    }
    for index in indexes { try? index.save() }
  }
}
