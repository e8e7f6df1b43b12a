import Native
import OCI

extension BlobFile {
  /// The digest of a file's content. Blocks; for a thread that may.
  ///
  /// - Throws: `RegistryError` of code `local`.
  static func digest(ofFile path: String) throws(RegistryError) -> Digest {
    do throws(NativeError) {
      var sha = try SHA256()
      try FileDescriptor.open(path).forEachChunk { (bytes) throws(NativeError) in try sha.update(bytes) }
      return Digest(sha256: try sha.finish())
    } catch {
      throw RegistryError(code: .local, message: "\(error)")
    }
  }
}
