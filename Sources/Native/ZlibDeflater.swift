import CZlib

/// Deflates blocks by zlib, at its levels 3 to 9.
///
/// Source: RFC 1951; zlib.h.
struct ZlibDeflater {
  private let level: Int32

  init(level: Int) throws(NativeError) {
    guard (3...9).contains(level) else {
      throw NativeError(operation: "start gzip", reason: "there is no level \(level)")
    }
    self.level = Int32(level)
  }

  func compress(
    _ block: [UInt8], after dictionary: [UInt8], isLast: Bool
  ) throws(NativeError) -> CompressedBlock {
    var stream = z_stream()
    // Below zero: deflate alone, without a header of zlib's or gzip's.
    guard imagesmith_deflate_init(&stream, level, -15) == Z_OK else {
      throw NativeError(operation: "start gzip", reason: "no memory")
    }
    defer { deflateEnd(&stream) }
    guard dictionary.isEmpty || deflateSetDictionary(&stream, dictionary, UInt32(dictionary.count)) == Z_OK else {
      throw NativeError(operation: "start gzip", reason: "zlib refuses the dictionary")
    }
    // A sync flush adds an empty stored block to what the bound counts.
    let bound = Int(deflateBound(&stream, UInt(block.count))) + 64
    var failure: Int32 = Z_OK
    let bytes = [UInt8](unsafeUninitializedCapacity: bound) { output, count in
      block.withUnsafeBufferPointer { source in
        stream.next_in = UnsafeMutablePointer(mutating: source.baseAddress)
        stream.avail_in = UInt32(source.count)
        stream.next_out = output.baseAddress
        stream.avail_out = UInt32(bound)
        let result = deflate(&stream, isLast ? Z_FINISH : Z_SYNC_FLUSH)
        let isDone = result == (isLast ? Z_STREAM_END : Z_OK) && stream.avail_in == 0 && stream.avail_out > 0
        failure = isDone ? Z_OK : (result == Z_OK ? Z_BUF_ERROR : result)
      }
      count = bound - Int(stream.avail_out)
    }
    guard failure == Z_OK else {
      throw NativeError(operation: "compress by gzip", reason: String(cString: zError(failure)))
    }
    let checksum = UInt32(truncatingIfNeeded: crc32_z(0, block, block.count))
    return CompressedBlock(bytes: bytes, checksum: checksum, size: block.count)
  }
}
