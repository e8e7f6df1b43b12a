import Glibc
import Native

extension CredentialFile {
  /// - Parameter isToChange: whether the file is to be written then. One that may not be read is passed over only if not.
  /// - Returns: nil when there is no such file.
  /// - Throws: `RegistryError` of code `invalid` for what is not such a file, of code `local` when it cannot be read.
  package static func read(_ path: String, isToChange: Bool = false) throws(RegistryError) -> CredentialFile? {
    let bytes: [UInt8]
    do throws(NativeError) { bytes = try FileDescriptor.open(path).readAll(limit: 4 << 20) } catch {
      if [ENOENT, ENOTDIR].contains(error.errno) || (error.errno == EACCES && !isToChange) { return nil }
      throw RegistryError(code: .local, message: error.description)
    }
    // What a login begins with when it makes the file is an empty one.
    if bytes.isEmpty { return CredentialFile(emptyAt: path) }
    return try CredentialFile(json: bytes, path: path)
  }

  /// Writes the file whole, for its owner alone (mode 0600), in a folder that it makes where there is none (0700).
  ///
  /// A symbolic link stays one: what it points to is written.
  /// - Throws: `RegistryError` of code `local`.
  func write() throws {
    let bytes = try encoded()
    let path = Self.target(of: path)
    let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    try Self.makeFolder(folder)
    let temporary = "\(path).\(UInt64.random(in: .min ... .max)).partial"
    do {
      let file = try FileDescriptor.open(temporary, O_WRONLY | O_CREAT | O_EXCL, mode: 0o600)
      try file.write(bytes)
      try file.synchronize()
      guard rename(temporary, path) == 0 else { throw NativeError(failed: "write \(path)") }
    } catch {
      unlink(temporary)
      throw RegistryError(code: .local, message: "\(error)")
    }
  }

  private static func target(of path: String) -> String {
    guard let resolved = realpath(path, nil) else { return path }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  private static func makeFolder(_ path: String) throws {
    guard !path.isEmpty, mkdir(path, 0o700) != 0, errno != EEXIST else { return }
    if errno == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex {
      try makeFolder(String(path[..<slash]))
      if mkdir(path, 0o700) == 0 || errno == EEXIST { return }
    }
    throw RegistryError(code: .local, message: "make \(path): \(String(cString: strerror(errno)))")
  }
}
