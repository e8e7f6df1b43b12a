import Layers
import Native
import OCI

/// A compressed layer of a store as the tar that it is.
enum PlainLayer {
  /// The same layer without compression: the DiffID is its digest too. Reads it once, for the size and to see that it is
  /// what its digests say.
  ///
  /// - Throws: `ImageError.corrupt`.
  static func measure(_ layer: Layer, in store: BlobStore) throws -> Layer {
    var sha = try SHA256()
    var size = 0
    try forEachPiece(of: layer, in: store) { (piece) throws(NativeError) in
      try sha.update(piece)
      size += piece.count
    }
    guard try Digest(sha256: sha.finish()) == layer.diffID.digest else {
      throw ImageError(
        .corrupt, "the layer \(layer.descriptor.digest) in \(store.directory) does not unpack to \(layer.diffID)",
        hint: "build again: what is damaged is made anew")
    }
    return Layer(
      diffID: layer.diffID, descriptor: Descriptor(mediaType: .layer, digest: layer.diffID.digest, size: size))
  }

  static func forEachPiece(
    of layer: Layer, in store: BlobStore, _ body: (UnsafeRawBufferPointer) throws(NativeError) -> Void
  ) throws {
    try OpenBlob(try store.open(layer.descriptor.digest)).forEachPlainPiece(body)
  }
}

/// An open file in a box that a closure can keep.
final class OpenBlob {
  let file: FileDescriptor

  init(_ file: consuming FileDescriptor) { self.file = file }

  /// What is in it, decompressed, in pieces.
  func forEachPlainPiece(_ body: (UnsafeRawBufferPointer) throws(NativeError) -> Void) throws(NativeError) {
    var decompressor = Decompressor { (buffer) throws(NativeError) in try self.file.read(into: buffer) }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 4096)
    defer { buffer.deallocate() }
    while true {
      let count = try decompressor.read(into: buffer)
      if count > 0 { try body(UnsafeRawBufferPointer(rebasing: buffer[..<count])) }
      if count < buffer.count { return }
    }
  }
}
