import Glibc
import Native

/// Empty files and folders under everything that is mounted, as the lowest layer of the tree.
///
/// A runtime makes the mount points that it misses, and they would stay behind in the command's layer. Here they are there
/// already, below all that the image has, so that nothing is made and nothing must be cleaned away.
struct MountPoints {
  /// The folder that is the lowest layer.
  var root: String

  /// - Throws: `SandboxError` when the folder cannot be written.
  func make(directories: [String], files: [String]) throws(SandboxError) {
    for path in directories { try makeDirectory(path) }
    for path in files {
      let parts = path.split(separator: "/")
      try makeDirectory(parts.dropLast().joined(separator: "/"))
      let file = root + "/" + parts.joined(separator: "/")
      let descriptor = open(file, O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
      guard descriptor >= 0 else { throw .failed("make the mount point \(path)") }
      close(descriptor)
    }
  }

  private func makeDirectory(_ path: String) throws(SandboxError) {
    var whole = root
    guard mkdir(whole, 0o755) == 0 || errno == EEXIST else { throw .failed("make \(whole)") }
    for part in path.split(separator: "/") where part != "." {
      guard part != ".." else {
        throw SandboxError(code: .failed, message: "the mount point \(path) climbs out of the root")
      }
      whole += "/" + part
      guard mkdir(whole, 0o755) == 0 || errno == EEXIST else { throw .failed("make the mount point \(path)") }
    }
  }
}

extension SandboxError {
  /// The failure of a system call that has just set `errno`.
  static func failed(_ what: String) -> SandboxError {
    let number = errno
    return SandboxError(
      code: number == EPERM || number == EACCES ? .notAllowed : .failed,
      message: "\(what): \(String(cString: strerror(number)))",
      hint: number == ENOSPC ? "make room on that disk" : nil)
  }
}
