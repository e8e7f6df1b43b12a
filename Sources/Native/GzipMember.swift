import CZlib

/// What a gzip member has around its deflate stream, whose blocks are joined in order.
///
/// Source: RFC 1952.
struct GzipMember {
  /// What a block may refer to before its own start: deflate's window, in bytes.
  static let window = 1 << 15

  /// Magic, deflate, no flags, no time, no hint, Unix.
  static let header: [UInt8] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]

  private var checksum: UInt = 0
  private var size = 0

  mutating func add(_ block: CompressedBlock) {
    checksum = crc32_combine(checksum, UInt(block.checksum), block.size)
    size += block.size
  }

  /// CRC-32 and size of all that went in.
  var trailer: [UInt8] {
    [UInt32(truncatingIfNeeded: checksum), UInt32(truncatingIfNeeded: size)].flatMap { number in
      (0..<4).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
    }
  }
}
