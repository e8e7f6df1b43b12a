/// How the bytes of a layer are made smaller.
package enum Compression: Sendable, Hashable, Codable {
  case none
  /// One member; 1 is fastest, 9 is smallest. Levels 1 and 2 are ISA-L's, those above zlib's.
  case gzip(level: Int)
  /// Frames by libzstd; 1 is fastest, 22 is smallest.
  case zstd(level: Int)

  package static let `default` = Compression.zstd(level: 3)
  /// Where only gzip is read: five times as fast as zlib's level 1, and some 5 % larger.
  package static let defaultGzip = Compression.gzip(level: 2)

  /// Bytes of input that are compressed at a time, by one thread.
  ///
  /// zstd begins a frame with each: at level 3 a tree of small files comes out 5 % larger in frames of 2 MiB than as one,
  /// files of text 0.7 %; frames of 4 MiB would be 3 % smaller, and take 20 MiB more memory on two processors. A gzip block
  /// has the 32 KiB before it as dictionary and loses nothing to speak of.
  var blockSize: Int {
    switch self {
    case .none, .gzip: 1 << 20
    case .zstd: 2 << 20
    }
  }

  /// Whether a block looks back at the one before, and the last one says that it is.
  var isOneStream: Bool {
    if case .gzip = self { true } else { false }
  }
}
