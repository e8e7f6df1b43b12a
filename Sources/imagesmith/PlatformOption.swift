import OCI

/// The value of `--platform`.
enum PlatformOption {
  /// Any platform that an image may be for.
  ///
  /// - Throws: `Failure` for what is none.
  static func any(_ text: String) throws -> Platform {
    guard let platform = Platform(text) else {
      throw Failure(.usage, "--platform \(text) is no platform", hint: "write --platform linux/arm64")
    }
    return platform
  }

  /// One to build for.
  ///
  /// - Throws: `Failure` for what is no platform, or for more than one.
  static func parse(_ text: String) throws -> Platform {
    guard !text.contains(",") else {
      throw Failure(
        .usage, "--platform \(text): one build makes an image for one platform", hint: "build once for each")
    }
    guard let platform = Platform(text), platform.os.wholeMatch(of: /[a-z0-9]+/) != nil,
      platform.architecture.wholeMatch(of: /[a-z0-9_]+/) != nil
    else {
      throw Failure(.usage, "--platform \(text) is no platform", hint: "write --platform linux/amd64 or linux/arm64")
    }
    guard platform.os == "linux" else {
      throw Failure(.usage, "--platform \(text): only images for linux are built", hint: "write --platform linux/amd64")
    }
    return platform
  }
}
