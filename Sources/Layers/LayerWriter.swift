import Glibc
import Native
import OCI

/// Writes one layer in one pass: entries, tar, DiffID, compression, digest, blob.
///
/// The blob depends on the entries, their order, the compression and the epoch alone. Memory does not grow with the layer.
/// All calls block. Source: OCI image specification v1.1, layer.md.
package struct LayerWriter: ~Copyable {
  /// Where files are read to, a large piece at a time.
  private final class ReadBuffer {
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 4096)

    deinit { bytes.deallocate() }
  }

  private let stream: LayerStream
  private var tar: TarWriter
  private let epoch: Int
  private let inspector: (any LayerInspector)?
  private let buffer: ReadBuffer
  /// Entries that have not been written, a batch at most.
  private var pending: [LayerEntry] = []
  /// Nil for as long as there is no more than a batch.
  private var readAhead: ReadAhead?

  /// - Parameters:
  ///   - epoch: the latest time that an entry may have, in seconds since 1970.
  ///   - threads: how many compress side by side; the bytes do not depend on it.
  ///   - inspector: sees the content of every file.
  package init(
    into store: BlobStore, compression: Compression = .default, epoch: Int, threads: Int = LayerWriter.defaultThreads,
    inspector: (any LayerInspector)? = nil
  ) throws(LayerError) {
    let stream = try LayerStream(compression, threads: threads, into: store)
    let tar = try LayerError.translating {
      try TarWriter { (bytes) throws(NativeError) in try stream.take(bytes) }
    }
    self.stream = stream
    self.tar = tar
    self.epoch = epoch
    self.inspector = inspector
    buffer = ReadBuffer()
  }

  /// One a processor, at most four: each holds some 10 MiB.
  package static var defaultThreads: Int { min(4, max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }

  /// Takes one entry; it is written, with the content of a file, once some more have come, and may fail only then.
  ///
  /// - Throws: `.changed` when a file does not have the size that it had when it was opened; `.notFound`, `.noSpace`. After
  ///   an error the layer cannot be finished.
  package mutating func append(_ entry: LayerEntry) throws(LayerError) {
    guard !Whiteout.isReserved(entry.path.name) else { throw Whiteout.reservedName(entry.path) }
    pending.append(entry)
    guard pending.count == ReadAhead.Batch.limit else { return }
    let batch = ReadAhead.Batch(pending)
    pending.removeAll(keepingCapacity: true)
    if readAhead == nil { readAhead = try ReadAhead() }
    if let next = readAhead?.exchange(batch) { try write(next) }
  }

  /// Ends the layer and puts its blob in its place.
  ///
  /// - Throws: As `append` does.
  package consuming func finish() throws(LayerError) -> Layer {
    while let next = readAhead?.next() { try write(next) }
    for entry in pending { try write(entry) }
    let stream = stream
    do throws(NativeError) { try tar.finish() } catch { throw stream.failure ?? LayerError(error) }
    return try stream.finish()
  }

  private mutating func write(_ batch: ReadAhead.Batch) throws(LayerError) {
    let read = batch.contents()
    for (entry, content) in zip(batch.entries, read.contents) {
      switch content {
      case .notRead: try write(entry)
      case .failed(let error): throw error
      case .bytes(let range): try write(read.bytes, range, as: header(of: entry))
      }
    }
  }

  private mutating func write(_ entry: LayerEntry) throws(LayerError) {
    let header = try header(of: entry)
    switch entry.kind {
    case .file(.path(let path)): try write(contentOf: path, as: header)
    case .file(.bytes(let bytes)): try write(bytes, bytes.indices, as: header)
    default: do throws(NativeError) { try tar.append(header) } catch { throw stream.failure ?? LayerError(error) }
    }
  }

  private mutating func write(_ bytes: [UInt8], _ range: Range<Int>, as header: TarHeader) throws(LayerError) {
    var header = header
    header.kind = .file(size: range.count)
    inspector?.begin(header.path, size: range.count)
    do throws(NativeError) {
      try tar.append(header)
      try bytes.withUnsafeBufferPointer { (pointer) throws(NativeError) in
        let content = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(pointer)[range])
        inspector?.take(content)
        try tar.write(content)
      }
      inspector?.end()
    } catch {
      throw stream.failure ?? LayerError(error)
    }
  }

  /// What the tar says of an entry, but for the size of a file.
  private func header(of entry: LayerEntry) throws(LayerError) -> TarHeader {
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
    case .file: header.kind = .file(size: 0)
    }
    return header
  }

  private mutating func write(contentOf path: [UInt8], as header: TarHeader) throws(LayerError) {
    var header = header
    let buffer = buffer.bytes
    do throws(NativeError) {
      let file = try FileDescriptor.open(path, O_RDONLY | O_NOFOLLOW)
      let size = try file.status().size
      header.kind = .file(size: size)
      inspector?.begin(header.path, size: size)
      try tar.append(header)
      var rest = size
      while true {
        let count = try file.read(into: buffer)
        guard count <= rest else { throw Self.changed }
        if count > 0 {
          let content = UnsafeRawBufferPointer(rebasing: buffer[..<count])
          inspector?.take(content)
          try tar.write(content)
        }
        rest -= count
        if count < buffer.count { break }
      }
      guard rest == 0 else { throw Self.changed }
      inspector?.end()
    } catch {
      throw stream.failure ?? Self.failure(error, reading: path)
    }
  }

  static let changed = NativeError(operation: "read", reason: "another size")

  static func failure(_ error: NativeError, reading path: [UInt8]) -> LayerError {
    guard error == changed else { return LayerError(error) }
    return LayerError(
      code: .changed, message: "\(String(decoding: path, as: UTF8.self)) changed its size while it was read",
      hint: "Build again when nothing writes to it.")
  }
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
