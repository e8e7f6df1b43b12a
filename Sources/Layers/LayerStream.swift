import Native
import OCI
import Synchronization

/// What a layer's tar goes through: its DiffID, compression, digest and blob. A class, because the tar writer's closure
/// shares it.
final class LayerStream {
  private let blob: Blob
  private var compressor: Compressor?

  /// What the compressor's thread that writes comes to.
  private final class Blob: Sendable {
    let result = Mutex<Result<Descriptor, LayerError>?>(nil)
  }

  init(_ compression: Compression, threads: Int, into store: BlobStore) throws(LayerError) {
    let blob = Blob()
    self.blob = blob
    do throws(NativeError) {
      compressor = try Compressor(compression, threads: threads) { (stream) throws(NativeError) in
        do throws(LayerError) {
          let descriptor = try store.write(&stream, mediaType: compression.mediaType)
          blob.result.withLock { $0 = .success(descriptor) }
        } catch {
          blob.result.withLock { $0 = .failure(error) }
          throw NativeError(operation: "write the layer", reason: error.message)
        }
      }
    } catch {
      throw LayerError(error)
    }
  }

  func take(_ bytes: UnsafeRawBufferPointer) throws(NativeError) {
    try compressor?.write(bytes)
  }

  /// What the writing of the blob has failed with.
  var failure: LayerError? {
    if case .failure(let failure) = blob.result.withLock({ $0 }) { failure } else { nil }
  }

  func finish() throws(LayerError) -> Layer {
    var sha: [UInt8]?
    do throws(NativeError) { sha = try compressor.take()?.finish() } catch { throw failure ?? LayerError(error) }
    guard let sha, let descriptor = try blob.result.withLock({ $0 })?.get() else {
      throw LayerError(code: .invalid, message: "a layer was finished twice")
    }
    return Layer(diffID: DiffID(Digest(sha256: sha)), descriptor: descriptor)
  }
}

extension BlobStore {
  /// Writes what a layer is compressed to.
  fileprivate func write(_ stream: inout CompressedStream, mediaType: MediaType) throws(LayerError) -> Descriptor {
    var writer = try writer(mediaType: mediaType)
    do throws(NativeError) {
      while let bytes = try stream.next() {
        try bytes.withUnsafeBufferPointer { (pointer) throws(NativeError) in
          try writer.append(UnsafeRawBufferPointer(pointer))
        }
      }
    } catch {
      throw LayerError(error)
    }
    return try writer.finish()
  }
}
