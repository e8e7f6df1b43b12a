/// How the bytes of a layer are made smaller.
package enum Compression: Sendable, Hashable, Codable {
  case none
  /// One member, by zlib; 1 is fastest, 9 is smallest.
  case gzip(level: Int)
  /// One frame, by libzstd; 1 is fastest, 22 is smallest.
  case zstd(level: Int)

  package static let `default` = Compression.zstd(level: 3)
}
