/// The machine that an image runs on.
///
/// Source: OCI image specification v1.1, image-index.md, "platform".
package struct Platform: Hashable, Sendable, Codable, CustomStringConvertible {
  /// Go's name of the operating system, such as `linux`.
  package var os: String
  /// Go's name of the processor, such as `amd64`.
  package var architecture: String
  /// Such as `v8` for `arm64`.
  package var variant: String?
  package var osVersion: String?

  enum CodingKeys: String, CodingKey {
    case os
    case architecture
    case variant
    case osVersion = "os.version"
  }

  package init(os: String = "linux", architecture: String, variant: String? = nil) {
    self.os = os
    self.architecture = architecture
    self.variant = variant
  }

  /// Parses `os/architecture[/variant]`, or an architecture alone, by Docker's names and the kernel's.
  package init?(_ text: String) {
    let parts = text.lowercased().split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard (1...3).contains(parts.count), parts.allSatisfy({ !$0.isEmpty }) else { return nil }
    let architecture = parts.count == 1 ? parts[0] : parts[1]
    os = parts.count == 1 ? "linux" : parts[0]
    variant = parts.count == 3 ? parts[2] : nil
    switch architecture {
    case "x86_64", "x86-64": self.architecture = "amd64"
    case "aarch64": self.architecture = "arm64"
    default: self.architecture = architecture
    }
    // arm64 has one variant, and images leave it out.
    if self.architecture == "arm64", variant == "v8" { variant = nil }
  }

  /// The platform that this program was compiled for.
  package static var host: Platform {
    #if arch(x86_64)
      Platform(architecture: "amd64")
    #elseif arch(arm64)
      Platform(architecture: "arm64")
    #else
      #error("no platform name for this architecture")
    #endif
  }

  /// Whether an image for `self` is what someone who asks for `wanted` should get.
  package func satisfies(_ wanted: Platform) -> Bool {
    let variant = architecture == "arm64" && variant == "v8" ? nil : variant
    return os == wanted.os && architecture == wanted.architecture
      && (wanted.variant == nil || variant == wanted.variant)
  }

  package var description: String { [os, architecture, variant].compactMap(\.self).joined(separator: "/") }
}
