import Glibc
import Layers
import Native

/// A folder that one build has for itself: locked while this process lives, and removed with the object.
///
/// What a killed build leaves is not locked, and `sweep` removes it. The lock is on the folder itself, so there is no
/// second file that could be left behind.
final class ScratchFolder: Sendable {
  let path: String
  private let lock: FileDescriptor

  private init(path: String, lock: consuming FileDescriptor) {
    self.path = path
    self.lock = lock
  }

  deinit { remove() }

  /// Makes a folder of a new name, 0700.
  ///
  /// - Throws: `NativeError` when the parent cannot be written.
  static func make(in parent: String, prefix: String = "") throws(NativeError) -> ScratchFolder {
    while true {
      let path = "\(parent)/\(prefix)\(try RandomBytes.make(count: 8).hexadecimal)"
      guard mkdir(path, 0o700) == 0 else { throw NativeError(failed: "make \(path)") }
      do throws(NativeError) {
        let folder = try FileDescriptor.open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
        try folder.lock()
        // Somebody who sweeps may have come first; then the name leads nowhere, and the next one is tried.
        if try FileStatus.of(Array(path.utf8))?.inode == folder.status().inode {
          return ScratchFolder(path: path, lock: folder)
        }
      } catch {
        guard error.errno == ENOENT else { throw error }
      }
    }
  }

  /// Removes the folder and all that is in it.
  func remove() {
    try? LayerExtractor.removeDirectory(path)
  }

  /// The folders in `parent` whose processes live.
  static func living(in parent: String, except own: String) -> [String] {
    guard let directory = try? FileDescriptor.open(parent, O_RDONLY | O_DIRECTORY), let names = try? directory.names()
    else { return [] }
    return names.map { "\(parent)/\(String(decoding: $0, as: UTF8.self))" }.filter { path in
      guard path != own, let folder = try? FileDescriptor.open(path, O_RDONLY | O_DIRECTORY) else { return false }
      return flock(folder.raw, LOCK_SH | LOCK_NB) != 0
    }
  }

  /// Removes the folders in `parent` whose processes are gone.
  static func sweep(_ parent: String, prefix: String = "") {
    guard let directory = try? FileDescriptor.open(parent, O_RDONLY | O_DIRECTORY), let names = try? directory.names()
    else { return }
    for name in names where name.starts(with: prefix.utf8) {
      guard let folder = try? directory.open(at: name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW),
        (try? folder.status().uid) == geteuid(), flock(folder.raw, LOCK_EX | LOCK_NB) == 0
      else { continue }
      try? directory.removeTree(name)
    }
  }
}
