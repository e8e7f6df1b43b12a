import Native
import OCI

/// A blob on its way to the tar reader: hashed as it is, decompressed, hashed again, counted.
final class LayerInput {
  let name: Digest
  private(set) var failure: LayerError?
  private let limit: Int
  private var size = 0
  private let blob: Blob
  private var decompressor: Decompressor
  private var sha: SHA256?

  private final class Blob {
    let file: FileDescriptor
    var sha: SHA256?

    init(_ file: consuming FileDescriptor, _ sha: consuming SHA256) {
      self.file = file
      self.sha = consume sha
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(NativeError) -> Int {
      let count = try file.read(into: buffer)
      try sha?.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
      return count
    }
  }

  /// - Parameter limit: bytes that it may have when it is decompressed.
  init(_ file: consuming FileDescriptor, named name: Digest, limit: Int) throws(LayerError) {
    self.name = name
    self.limit = limit
    do throws(NativeError) {
      let blob = Blob(file, try SHA256())
      self.blob = blob
      sha = try SHA256()
      decompressor = Decompressor { (buffer) throws(NativeError) in try blob.read(into: buffer) }
    } catch {
      throw LayerError(error)
    }
  }

  /// Bytes of the tar; 0 at its end.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws(NativeError) -> Int {
    let count = try decompressor.read(into: buffer)
    size += count
    guard size <= limit else {
      throw fail(
        with: LayerError(
          code: .limit, message: "the layer \(name) unpacks to more than \(limit) bytes",
          hint: "If that is right, allow more."))
    }
    try sha?.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    return count
  }

  /// Keeps an error for which the libraries between have no words.
  func fail(with error: LayerError) -> NativeError {
    failure = error
    return NativeError(operation: "unpack \(name)", reason: error.message)
  }

  /// Reads what the archive's reader left: padding, of which the digests speak too.
  func drain() throws(NativeError) {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
    defer { buffer.deallocate() }
    while try read(into: buffer) > 0 {}
  }

  /// What has passed.
  ///
  /// - Throws: `.corrupt` when the blob has not the digest `expected`.
  func finish(expecting expected: Digest) throws(LayerError) -> (diffID: DiffID, size: Int) {
    guard let tar = sha.take(), let whole = blob.sha.take() else {
      throw LayerError(code: .invalid, message: "the layer \(name) was finished twice")
    }
    do throws(NativeError) {
      let digest = Digest(sha256: try whole.finish())
      guard digest == expected else {
        throw fail(
          with: LayerError(
            code: .corrupt, message: "the layer that should be \(expected) is \(digest)",
            hint: "Remove it, so that it is made or fetched again."))
      }
      return (DiffID(Digest(sha256: try tar.finish())), size)
    } catch {
      throw failure ?? LayerError(error)
    }
  }
}
