import CISAL

/// Deflates blocks by ISA-L, at its levels 1 and 2.
///
/// On x86-64 its bytes depend on neither the processor nor the number of threads: of ISA-L's variants only the portable one
/// differs, which a processor without SSE4.2 and PCLMULQDQ would take, and that is refused here. Level 3 is left out: it
/// searches in another way where there is AVX2. Source: RFC 1951; igzip_lib.h.
struct ISALDeflater: ~Copyable {
  private let level: UInt32
  private let stream: UnsafeMutableRawPointer
  private let levelMemory: UnsafeMutableRawPointer

  init(level: Int) throws(NativeError) {
    self.level = try Self.check(level)
    stream = .allocate(byteCount: imagesmith_isal_deflate_size(), alignment: 64)
    levelMemory = .allocate(byteCount: imagesmith_isal_level_size(), alignment: 64)
  }

  private static func check(_ level: Int) throws(NativeError) -> UInt32 {
    guard (1...2).contains(level) else {
      throw NativeError(operation: "start gzip", reason: "there is no level \(level)")
    }
    guard imagesmith_isal_is_uniform() != 0 else {
      throw NativeError(
        operation: "start gzip",
        reason: "level \(level) needs a processor with SSE4.2 and PCLMULQDQ; level 3 does without")
    }
    return UInt32(level)
  }

  deinit {
    stream.deallocate()
    levelMemory.deallocate()
  }

  mutating func compress(
    _ block: [UInt8], after dictionary: [UInt8], isLast: Bool
  ) throws(NativeError) -> CompressedBlock {
    // What does not compress is stored, five bytes more for each 64 KiB.
    let capacity = block.count + block.count >> 12 + 1024
    var result: Int64 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: capacity) { output, count in
      result = imagesmith_isal_deflate(
        stream, level, levelMemory, dictionary, UInt32(dictionary.count), block, UInt32(block.count), isLast ? 1 : 0,
        output.baseAddress, UInt32(capacity))
      count = max(0, Int(result))
    }
    guard result >= 0 else { throw NativeError(operation: "compress by gzip", reason: "ISA-L's error \(result)") }
    let checksum = crc32_gzip_refl(0, block, UInt64(block.count))
    return CompressedBlock(bytes: bytes, checksum: checksum, size: block.count)
  }
}
