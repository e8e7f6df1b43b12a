/// Compresses a stream. The bytes depend on the input and the kind alone, neither on the number of threads nor on how the
/// input is cut.
package struct Compressor: ~Copyable {
  /// Takes compressed bytes, in order; the pointer is good only until it returns.
  package typealias Sink = (UnsafeRawBufferPointer) throws(NativeError) -> Void

  /// Both nil where nothing is compressed.
  private var gzip: GzipCompressor?
  private var zstd: ZstdCompressor?

  /// - Parameter threads: how many compress side by side, from 1.
  package init(_ compression: Compression, threads: Int) throws(NativeError) {
    switch compression {
    case .none:
      gzip = nil
      zstd = nil
    case .gzip(let level):
      let made = try GzipCompressor(level: level, threads: threads)
      gzip = consume made
      zstd = nil
    case .zstd(let level):
      let made = try ZstdCompressor(level: level, threads: threads)
      gzip = nil
      zstd = consume made
    }
  }

  package mutating func write(_ bytes: UnsafeRawBufferPointer, to sink: Sink) throws(NativeError) {
    if gzip != nil {
      try gzip?.write(bytes, to: sink)
    } else if zstd != nil {
      try zstd?.write(bytes, to: sink)
    } else {
      try sink(bytes)
    }
  }

  package consuming func finish(to sink: Sink) throws(NativeError) {
    if let gzip = gzip.take() { try gzip.finish(to: sink) }
    if let zstd = zstd.take() { try zstd.finish(to: sink) }
  }
}
