import Builds
import Dockerfiles
import Foundation

/// The process's environment, and what of it imagesmith itself reads.
enum Environment {
  static var variables: [String: String] { ProcessInfo.processInfo.environment }

  /// A variable that is set to something.
  static subscript(name: String) -> String? {
    variables[name].flatMap { $0.isEmpty ? nil : $0 }
  }

  /// Where programs are looked for.
  static var path: String { Self["PATH"] ?? "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" }

  /// The cache's folder: `$IMAGESMITH_HOME`, else `$XDG_CACHE_HOME/imagesmith`, else `~/.cache/imagesmith`.
  static var cacheDirectory: String {
    if let home = Self["IMAGESMITH_HOME"] { return URL(filePath: home).standardized.path }
    let caches = Self["XDG_CACHE_HOME"] ?? (Self["HOME"] ?? NSHomeDirectory()) + "/.cache"
    return URL(filePath: caches).standardized.path + "/imagesmith"
  }

  /// The time that images and their newest files carry; seconds since 1970.
  ///
  /// - Throws: `Failure` for a value that is no number.
  static func epoch(or standard: Int) throws -> Int {
    guard let text = Self["SOURCE_DATE_EPOCH"] else { return standard }
    guard let seconds = Int(text), seconds >= 0 else {
      throw Failure(
        .usage, "SOURCE_DATE_EPOCH is '\(text)', which is no number of seconds",
        hint: "set it to seconds since 1970, or unset it")
    }
    return seconds
  }

  /// How long one push or pull may take, `IMAGESMITH_REGISTRY_TIMEOUT`; nil for as long as is usual.
  ///
  /// - Throws: `Failure` for a value that is no duration.
  static func registryTimeout() throws -> Duration? {
    guard let text = Self["IMAGESMITH_REGISTRY_TIMEOUT"] else { return nil }
    guard let nanoseconds = GoDuration.parse(text), nanoseconds > 0 else {
      throw Failure(
        .usage, "IMAGESMITH_REGISTRY_TIMEOUT is '\(text)', which is no length of time",
        hint: "write it as 90s, 20m or 1h30m, or unset it")
    }
    return .nanoseconds(nanoseconds)
  }

  /// Bytes that the cache may have: `IMAGESMITH_CACHE_MAX_SIZE`, else 20 GB.
  ///
  /// - Throws: `Failure` for a value that is no size.
  static func cacheLimit() throws -> Int {
    try Self["IMAGESMITH_CACHE_MAX_SIZE"].map { try ByteCount.parse($0, option: "IMAGESMITH_CACHE_MAX_SIZE") }
      ?? CachePruning.standardLimit
  }
}
