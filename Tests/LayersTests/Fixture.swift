import Native

@testable import Layers

/// The same numbers every time.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    // SplitMix64.
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}

/// Single entries.
enum Fixture {
  static func path(_ text: String) -> LayerPath { LayerPath(text) ?? .root }

  static func file(_ name: String, _ content: String = "", mode: UInt32 = 0o644) -> LayerEntry {
    LayerEntry(path: path(name), kind: .file(.bytes(Array(content.utf8))), mode: mode)
  }

  static func directory(_ name: String, mode: UInt32 = 0o755) -> LayerEntry {
    LayerEntry(path: path(name), kind: .directory, mode: mode)
  }
}
