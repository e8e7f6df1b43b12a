import Glibc
import Native
import OCI

/// Writes one layer in one pass: entries, tar, DiffID, compression, digest, blob.
///
/// The blob depends on the entries, their order, the compression and the epoch alone. Memory does not grow with the layer.
/// All calls block. Source: OCI image specification v1.1, layer.md.
package struct LayerWriter: ~Copyable {
  /// What the tar goes through. A class, because the tar writer's closure shares it.
  private final class Stream {
    var sha: SHA256?
    var compressor: Compressor?
    var blob: BlobWriter?

    init(_ compression: Compression, threads: Int, into store: BlobStore) throws(LayerError) {
      blob = try store.writer(mediaType: compression.mediaType)
      do throws(NativeError) {
        sha = try SHA256()
        compressor = try Compressor(compression, threads: threads)
      } catch {
        throw LayerError(error)
      }
    }

    func take(_ bytes: UnsafeRawBufferPointer) throws(NativeError) {
      try sha?.update(bytes)
      try compressor?.write(bytes) { (compressed) throws(NativeError) in try blob?.append(compressed) }
    }

    func finish() throws(LayerError) -> Layer {
      guard let sha = sha.take(), let compressor = compressor.take(), var blob = blob.take() else {
        throw LayerError(code: .invalid, message: "a layer was finished twice")
      }
      let diffID: DiffID
      do throws(NativeError) {
        diffID = DiffID(Digest(sha256: try sha.finish()))
        try compressor.finish { (compressed) throws(NativeError) in try blob.append(compressed) }
      } catch {
        throw LayerError(error)
      }
      return Layer(diffID: diffID, descriptor: try blob.finish())
    }
  }

  /// Where files are read to, a large piece at a time.
  private final class ReadBuffer {
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 4096)

    deinit { bytes.deallocate() }
  }

  private let stream: Stream
  private var tar: TarWriter
  private let epoch: Int
  private let buffer: ReadBuffer

  /// - Parameters:
  ///   - epoch: the latest time that an entry may have, in seconds since 1970.
  ///   - threads: how many compress side by side; the bytes do not depend on it.
  package init(
    into store: BlobStore, compression: Compression = .default, epoch: Int, threads: Int = LayerWriter.defaultThreads
  ) throws(LayerError) {
    let stream = try Stream(compression, threads: threads, into: store)
    let tar = try LayerError.translating {
      try TarWriter { (bytes) throws(NativeError) in try stream.take(bytes) }
    }
    self.stream = stream
    self.tar = tar
    self.epoch = epoch
    buffer = ReadBuffer()
  }

  /// One a processor, at most four: each holds some 10 MiB.
  package static var defaultThreads: Int { min(4, max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }

  /// Writes one entry, and the content of a file with it.
  ///
  /// - Throws: `.changed` when a file does not have the size that it had when it was opened; `.notFound`, `.noSpace`. After
  ///   an error the layer cannot be finished.
  package mutating func append(_ entry: LayerEntry) throws(LayerError) {
    guard !Whiteout.isReserved(entry.path.name) else { throw Whiteout.reservedName(entry.path) }
    var header = TarHeader(
      path: entry.path.bytes, kind: .directory, mode: entry.mode, uid: entry.uid, gid: entry.gid,
      modified: max(0, min(entry.modified, epoch)), attributes: entry.attributes)
    switch entry.kind {
    case .directory: header.path = entry.path.isRoot ? Array("./".utf8) : entry.path.bytes + [UInt8(ascii: "/")]
    case .symlink(let target): header.kind = .symlink(target: target)
    case .hardlink(let path): header.kind = .hardlink(path: path.bytes)
    case .characterDevice(let major, let minor): header.kind = .characterDevice(major: major, minor: minor)
    case .blockDevice(let major, let minor): header.kind = .blockDevice(major: major, minor: minor)
    case .fifo: header.kind = .fifo
    case .whiteout:
      guard let parent = entry.path.parent else {
        throw LayerError(code: .invalid, message: "a layer cannot remove the root")
      }
      header = Whiteout.header(at: parent.appending(Whiteout.prefix + entry.path.name), modified: max(0, epoch))
    case .opaque: header = Whiteout.header(at: entry.path.appending(Whiteout.opaqueName), modified: max(0, epoch))
    case .file(.bytes(let bytes)): header.kind = .file(size: bytes.count)
    case .file(.path(let path)): return try append(contentOf: path, as: header)
    }
    do throws(NativeError) {
      try tar.append(header)
      if case .file(.bytes(let bytes)) = entry.kind {
        try bytes.withUnsafeBufferPointer { (pointer) throws(NativeError) in
          try tar.write(UnsafeRawBufferPointer(pointer))
        }
      }
    } catch {
      throw LayerError(error)
    }
  }

  /// Ends the layer and puts its blob in its place.
  package consuming func finish() throws(LayerError) -> Layer {
    let stream = stream
    do throws(NativeError) { try tar.finish() } catch { throw LayerError(error) }
    return try stream.finish()
  }

  private mutating func append(contentOf path: [UInt8], as header: TarHeader) throws(LayerError) {
    var header = header
    let buffer = buffer.bytes
    do throws(NativeError) {
      let file = try FileDescriptor.open(path, O_RDONLY | O_NOFOLLOW)
      let size = try file.status().size
      header.kind = .file(size: size)
      try tar.append(header)
      var rest = size
      while true {
        let count = try file.read(into: buffer)
        guard count <= rest else { throw Self.changed }
        if count > 0 { try tar.write(UnsafeRawBufferPointer(rebasing: buffer[..<count])) }
        rest -= count
        if count < buffer.count { break }
      }
      guard rest == 0 else { throw Self.changed }
    } catch {
      guard error != Self.changed else {
        throw LayerError(
          code: .changed, message: "\(String(decoding: path, as: UTF8.self)) changed its size while it was read",
          hint: "Build again when nothing writes to it.")
      }
      throw LayerError(error)
    }
  }

  private static let changed = NativeError(operation: "read", reason: "another size")
}

extension Compression {
  /// What a layer so compressed is.
  package var mediaType: MediaType {
    switch self {
    case .none: .layer
    case .gzip: .gzipLayer
    case .zstd: .zstdLayer
    }
  }
}
