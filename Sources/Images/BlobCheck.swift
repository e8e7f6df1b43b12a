import Native
import OCI

/// Hashes a blob while it is read, and says at its end whether it is the one that its digest names.
final class BlobCheck {
  private let blob: Descriptor
  private let place: String
  private var sha: SHA256?
  private var count = 0
  private var hasEnded = false
  private(set) var failure: ImageError?

  /// - Parameter place: where the blob is, for errors.
  init(_ blob: Descriptor, in place: String) throws(NativeError) {
    self.blob = blob
    self.place = place
    sha = try SHA256()
  }

  /// Takes the bytes that have come; none mean the end.
  func take(_ bytes: UnsafeRawBufferPointer) throws(NativeError) {
    guard !hasEnded else { return }
    try sha?.update(bytes)
    count += bytes.count
    hasEnded = bytes.isEmpty
    if count > blob.size || (hasEnded && count < blob.size) {
      throw fail(
        hasEnded ? "it breaks off after \(count) of \(blob.size) bytes" : "it has more than \(blob.size) bytes")
    }
    guard hasEnded, let sha = sha.take() else { return }
    let found = Digest(sha256: try sha.finish())
    if found != blob.digest { throw fail("its content is \(found)") }
  }

  /// Wraps a source of the blob's bytes.
  func checking(_ source: @escaping TarReader.Source) -> TarReader.Source {
    { (buffer) throws(NativeError) in
      let count = try source(buffer)
      try self.take(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
      return count
    }
  }

  private func fail(_ reason: String) -> NativeError {
    failure = ImageError(
      .corrupt, "the blob \(blob.digest) in \(place) is damaged: \(reason)", hint: "make or fetch the image again")
    return NativeError(operation: "read \(blob.digest)", reason: reason)
  }
}
