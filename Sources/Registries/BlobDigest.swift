import Glibc
import Native
import OCI

extension BlobFile {
  /// The digest of a file's content. Blocks; for a thread that may.
  static func digest(ofFile path: String) throws -> Digest {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else {
      throw RegistryError(code: .local, message: "open \(path): \(String(cString: strerror(errno)))")
    }
    defer { close(file) }
    var sha = try SHA256()
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    while true {
      let count = read(file, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else {
        throw RegistryError(code: .local, message: "read \(path): \(String(cString: strerror(errno)))")
      }
      guard count > 0 else { return Digest(sha256: try sha.finish()) }
      try buffer.withUnsafeBytes { try sha.update(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
    }
  }
}
