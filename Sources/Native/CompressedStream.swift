/// What a compressor's consumer takes, piece by piece.
package struct CompressedStream: ~Copyable {
  private let line: CompressionLine
  /// Nil for what is no gzip.
  private var member: GzipMember?
  private var hasBegun = false
  private var hasEnded = false

  init(of line: CompressionLine, _ compression: Compression) {
    self.line = line
    member = compression.isOneStream ? GzipMember() : nil
  }

  /// The bytes that follow; nil at the end.
  ///
  /// - Throws: `NativeError` when there will be no end: something has failed, or the stream was given up.
  package mutating func next() throws(NativeError) -> [UInt8]? {
    if !hasBegun, member != nil {
      hasBegun = true
      return GzipMember.header
    }
    if hasEnded { return nil }
    if let block = try line.nextBlock() {
      member?.add(block)
      return block.bytes
    }
    hasEnded = true
    return member?.trailer
  }
}
