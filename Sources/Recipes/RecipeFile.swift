/// One file of a group's folder under `images/`: its path, contents and mode.
package struct RecipeFile: Sendable, Equatable {
  /// The two modes that git keeps, and so the only ones that survive a clone.
  package enum Mode: UInt32, Sendable, Equatable {
    case regular = 0o644
    case executable = 0o755
  }

  /// From the group's folder, such as `files/entrypoint`.
  package var path: String
  package var bytes: [UInt8]
  package var mode: Mode

  package init(path: String, bytes: [UInt8], mode: Mode = .regular) {
    self.path = path
    self.bytes = bytes
    self.mode = mode
  }

  /// A file as it was found on disk: of `permissions` only the owner's execute bit counts, as in git, because the others
  /// depend on the umask of whoever made the clone.
  package init(path: String, bytes: [UInt8], permissions: UInt32) {
    self.init(path: path, bytes: bytes, mode: permissions & 0o100 == 0 ? .regular : .executable)
  }
}
