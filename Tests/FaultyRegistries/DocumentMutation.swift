/// Damages JSON documents as a hostile registry may, the same way for the same generator.
package enum DocumentMutation {
  /// What JSON and manifests are made of, and what breaks their readers.
  private static let pieces = [
    "{", "}", "[", "]", "\"", ",", ":", "null", "true", "-1", "0", "1e999", "9223372036854775808",
    "-9223372036854775808",
    "0.5", "\\u0000", "\\uD800", "\u{0}", "\u{FF}", "sha256:", "sha512:", "../../etc/passwd", "\"layers\"",
    "\"config\"",
    "\"manifests\"", "\"size\":0", "\"size\":9223372036854775807", "\"digest\":\"sha256:\"", "\"urls\":[\"file:///\"]",
    "\"mediaType\":\"application/vnd.docker.distribution.manifest.v1+json\"", "\"schemaVersion\":1",
    "\"platform\":null",
    "\"diff_ids\":[]", "\"created\":\"9999999-01-01T00:00:00Z\"", String(repeating: "[", count: 2000),
    String(repeating: "9", count: 400),
  ]

  /// What a value may be instead.
  private static let values = [
    "-1", "0", "1", "1e3", "0.5", "null", "\"7\"", "\"\"", "{}", "[]", "9223372036854775807", "99999999999999999999",
  ]

  package static func broken(_ bytes: [UInt8], _ generator: inout SplitMix64) -> [UInt8] {
    Bool.random(using: &generator)
      ? withBytesChanged(bytes, &generator)
      : Array(withValueChanged(String(decoding: bytes, as: UTF8.self), &generator).utf8)
  }

  private static func withBytesChanged(_ bytes: [UInt8], _ generator: inout SplitMix64) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<Int.random(in: 1...3, using: &generator) {
      let start = Int.random(in: 0...bytes.count, using: &generator)
      let end = min(bytes.count, start + Int.random(in: 0...20, using: &generator))
      let piece = Array(one(of: pieces, &generator).utf8)
      switch Int.random(in: 0..<5, using: &generator) {
      case 0: bytes.removeSubrange(start..<end)
      case 1: bytes.replaceSubrange(start..<end, with: piece)
      case 2: bytes.insert(contentsOf: piece, at: start)
      case 3: bytes.insert(contentsOf: bytes[start..<end], at: start)
      default: if start < bytes.count { bytes[start] ^= UInt8(1 << Int.random(in: 0..<8, using: &generator)) }
      }
    }
    return bytes
  }

  /// Mostly it stays JSON.
  private static func withValueChanged(_ text: String, _ generator: inout SplitMix64) -> String {
    var members = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    let index = Int.random(in: members.indices, using: &generator)
    let value = one(of: values, &generator)
    let parts = members[index].split(separator: ":", maxSplits: 1)
    let rest = parts.count == 2 ? parts[1].drop { !"]}".contains($0) } : ""
    members[index] = parts.count == 2 ? "\(parts[0]):\(value)\(rest)" : value
    return members.joined(separator: ",")
  }

  private static func one(of values: [String], _ generator: inout SplitMix64) -> String {
    values[Int.random(in: values.indices, using: &generator)]
  }
}
