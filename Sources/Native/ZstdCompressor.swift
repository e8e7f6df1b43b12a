import CZstd

/// Compresses into one zstd frame with libzstd's worker threads.
///
/// The frame is cut into jobs of a fixed size, at least one worker runs, and nothing is flushed before the end, so that
/// its bytes do not depend on the number of workers. Source: RFC 8878; zstd.h.
struct ZstdCompressor: ~Copyable {
  /// Bytes of input a job. Each worker holds a job's input and output: 2 MiB keeps four of them below 40 MiB.
  private static let jobSize = 2 << 20
  /// A job begins with half a window of what is before it as dictionary. Measured at level 3, this makes up for small
  /// jobs: files of text come out within 1 % of one job's size, for 3 % more time.
  private static let overlapLog = 8

  private let context: OpaquePointer
  private let output: UnsafeMutableRawBufferPointer

  init(level: Int, threads: Int) throws(NativeError) {
    context = try Self.open(level: level, threads: threads)
    output = .allocate(byteCount: ZSTD_CStreamOutSize(), alignment: 16)
  }

  private static func open(level: Int, threads: Int) throws(NativeError) -> OpaquePointer {
    guard (1...Int(ZSTD_maxCLevel())).contains(level) else {
      throw NativeError(operation: "start zstd", reason: "there is no level \(level)")
    }
    guard let context = ZSTD_createCCtx() else {
      throw NativeError(operation: "start zstd", reason: "no memory")
    }
    for (parameter, value) in [
      (ZSTD_c_compressionLevel, level), (ZSTD_c_nbWorkers, max(1, threads)), (ZSTD_c_jobSize, jobSize),
      (ZSTD_c_overlapLog, overlapLog),
    ] {
      do throws(NativeError) {
        _ = try check(ZSTD_CCtx_setParameter(context, parameter, Int32(clamping: value)), "start zstd")
      } catch {
        ZSTD_freeCCtx(context)
        throw error
      }
    }
    return context
  }

  deinit {
    ZSTD_freeCCtx(context)
    output.deallocate()
  }

  mutating func write(_ bytes: UnsafeRawBufferPointer, to sink: Compressor.Sink) throws(NativeError) {
    var input = ZSTD_inBuffer(src: bytes.baseAddress, size: bytes.count, pos: 0)
    while input.pos < input.size { _ = try step(&input, ZSTD_e_continue, to: sink) }
  }

  consuming func finish(to sink: Compressor.Sink) throws(NativeError) {
    var input = ZSTD_inBuffer(src: nil, size: 0, pos: 0)
    while try step(&input, ZSTD_e_end, to: sink) > 0 {}
  }

  /// Compresses once into `output`; returns how many bytes wait inside, at least.
  private func step(
    _ input: inout ZSTD_inBuffer, _ directive: ZSTD_EndDirective, to sink: Compressor.Sink
  ) throws(NativeError) -> Int {
    var result = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
    let remaining = try Self.check(ZSTD_compressStream2(context, &result, &input, directive), "compress by zstd")
    if result.pos > 0 { try sink(UnsafeRawBufferPointer(rebasing: output[..<result.pos])) }
    return remaining
  }

  static func check(_ result: Int, _ operation: String) throws(NativeError) -> Int {
    guard ZSTD_isError(result) == 0 else {
      throw NativeError(operation: operation, reason: String(cString: ZSTD_getErrorName(result)))
    }
    return result
  }
}
