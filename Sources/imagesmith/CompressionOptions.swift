import ArgumentParser
import Native

/// The options about how the bytes of layers are made smaller.
struct CompressionOptions: ParsableArguments {
  enum Method: String, ExpressibleByArgument, CaseIterable {
    case gzip
    case zstd
    case uncompressed
  }

  @Option(name: .long, help: "How layers are compressed; zstd if nothing else says.")
  var compression: Method?

  @Option(
    name: .long, help: ArgumentHelp("For gzip 1 to 9, for zstd 1 to 22: fastest to smallest.", valueName: "level"))
  var compressionLevel: Int?

  /// What the options say; `standard` for what they leave open.
  ///
  /// - Throws: `Failure` for a level that the method does not have.
  func compression(or standard: Compression) throws -> Compression {
    let method: Method =
      switch (compression, standard) {
      case (let method?, _): method
      case (nil, .gzip): .gzip
      case (nil, .zstd): .zstd
      case (nil, .none): .uncompressed
      }
    let levels: ClosedRange<Int> =
      switch method {
      case .gzip: 1...9
      case .zstd: 1...22
      case .uncompressed: 0...0
      }
    if let level = compressionLevel, !levels.contains(level) {
      throw Failure(
        .usage, "--compression-level \(level): \(method.rawValue) has no such level",
        hint: method == .uncompressed
          ? "leave it out" : "write a number from \(levels.lowerBound) to \(levels.upperBound)")
    }
    return switch (method, standard) {
    case (.uncompressed, _): .none
    case (.gzip, .gzip(let level)): .gzip(level: compressionLevel ?? level)
    case (.gzip, _): compressionLevel.map { .gzip(level: $0) } ?? .defaultGzip
    case (.zstd, .zstd(let level)): .zstd(level: compressionLevel ?? level)
    case (.zstd, _): .zstd(level: compressionLevel ?? 3)
    }
  }
}
