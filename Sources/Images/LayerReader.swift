import Layers
import Native
import OCI

/// Reads the members of one layer in their order, as its bytes arrive: decompressed, counted, and, where the image names
/// the layer by its DiffID alone, hashed.
package struct LayerReader: ~Copyable {
  /// What the tar reader's closure pulls from, shared with it.
  private final class Input {
    private var decompressor: Decompressor
    private var sha: SHA256?
    private let diffID: DiffID
    private var rest: Int
    private(set) var failure: ImageError?

    init(_ layer: Layer, limit: Int, _ source: @escaping TarReader.Source) throws(NativeError) {
      decompressor = Decompressor(from: source)
      diffID = layer.diffID
      rest = limit
      // A plain layer's digest is its DiffID, and has been checked as the blob's.
      let isPlain = [.layer, .dockerLayer].contains(layer.descriptor.mediaType)
      if layer.descriptor.digest == layer.diffID.digest, !isPlain { sha = try SHA256() }
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(NativeError) -> Int {
      let count = try decompressor.read(into: buffer)
      rest -= count
      guard rest >= 0 else {
        throw fail(ImageError(.limit, "it unpacks to more than this program reads", hint: "is it a bomb?"))
      }
      try sha?.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
      return count
    }

    func finish() throws(NativeError) {
      guard let sha = sha.take() else { return }
      let found = Digest(sha256: try sha.finish())
      if found != diffID.digest { throw fail(ImageError(.corrupt, "it unpacks to \(found)")) }
    }

    private func fail(_ error: ImageError) -> NativeError {
      failure = error
      return NativeError(operation: "read the layer", reason: error.message)
    }
  }

  /// Bytes that a layer may unpack to.
  package static let defaultLimit = LayerExtractor.defaultLimit

  private let input: Input
  private var tar: TarReader
  /// Of the member read last.
  private var size = 0
  private let buffer: PieceBuffer

  private final class PieceBuffer {
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 4096)
    deinit { bytes.deallocate() }
  }

  init(_ layer: Layer, limit: Int, _ source: @escaping TarReader.Source) throws {
    let input = try Input(layer, limit: limit, source)
    // Digests say if something is missing, so an end marker need not.
    let tar = try TarReader(requiresEndMarker: false) { (buffer) throws(NativeError) in try input.read(into: buffer) }
    self.input = input
    self.tar = tar
    buffer = PieceBuffer()
  }

  /// What the libraries between had no words for.
  var failure: ImageError? { input.failure }

  /// The next member, whose content may then be read; nil when the layer has been read to its end, padding included.
  package mutating func next() throws -> LayerMember? {
    while let header = try tar.next() {
      guard let member = try LayerMember(header) else { continue }
      size = member.size
      return member
    }
    while try input.read(into: buffer.bytes) > 0 {}
    try input.finish()
    return nil
  }

  /// The content of the member read last, in order, holes as zeros.
  package mutating func forEachPiece(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {
    while true {
      let count = try tar.read(into: buffer.bytes)
      if count > 0 { try body(UnsafeRawBufferPointer(rebasing: buffer.bytes[..<count])) }
      if count < buffer.bytes.count { return }
    }
  }

  /// The content of the member read last.
  ///
  /// - Throws: `ImageError.limit` when it has more than `limit` bytes.
  package mutating func content(limit: Int) throws -> [UInt8] {
    guard size <= limit else { throw ImageError(.limit, "it has a file of \(size) bytes, where \(limit) are read") }
    var all: [UInt8] = []
    all.reserveCapacity(size)
    try forEachPiece { all += $0 }
    return all
  }

  /// The digest of the content of the member read last.
  package mutating func hash() throws -> Digest {
    var sha = try SHA256()
    try forEachPiece { try sha.update($0) }
    return Digest(sha256: try sha.finish())
  }
}

extension LayerReader {
  /// Lets `body` read the members of a layer.
  ///
  /// - Parameters:
  ///   - name: the image, for errors.
  ///   - source: gives the bytes of the blob.
  /// - Throws: `ImageError` that names the layer when it is damaged, cut short or a bomb; what `body` throws.
  static func read<Value>(
    _ layer: Layer, of name: String, limit: Int = LayerReader.defaultLimit, from source: @escaping TarReader.Source,
    _ body: (inout LayerReader) throws -> Value
  ) throws -> Value {
    let what = "the layer \(layer.descriptor.digest) of \(name)"
    var reader: LayerReader
    do { reader = try LayerReader(layer, limit: limit, source) } catch let error as NativeError {
      throw ImageError(error)
    }
    do {
      return try body(&reader)
    } catch let error as NativeError {
      if let failure = reader.failure {
        throw ImageError(failure.code, "\(what): \(failure.message)", hint: failure.hint)
      }
      guard error.errno == nil else { throw ImageError(error) }
      throw ImageError(.corrupt, "\(what) cannot be read: \(error.reason)", hint: "make or fetch the image again")
    } catch let error as ImageError {
      throw ImageError(error.code, "\(what): \(error.message)", hint: error.hint)
    }
  }
}

extension Image {
  /// Lets `body` read a layer's members, on a thread that may block, as they come from wherever the image is. A body that
  /// returns before the end spares the rest; a cancelled task ends it at the next bytes.
  ///
  /// - Throws: What `LayerReader.read` throws, and what the image's source throws; `CancellationError`.
  package func read<Value: Sendable>(
    _ layer: Layer, limit: Int = LayerReader.defaultLimit,
    _ body: @escaping @Sendable (inout LayerReader) throws -> Value
  ) async throws -> Value {
    let isCancelled = CancellationMark()
    do {
      return try await withTaskCancellationHandler {
        try await source.read(layer.descriptor) { source in
          let bytes: TarReader.Source = { (buffer) throws(NativeError) in
            guard !isCancelled.value else { throw NativeError(operation: "read the layer", reason: "interrupted") }
            return try source(buffer)
          }
          return try LayerReader.read(layer, of: name, limit: limit, from: bytes, body)
        }
      } onCancel: {
        isCancelled.set()
      }
    } catch {
      try Task.checkCancellation()
      throw error
    }
  }
}
