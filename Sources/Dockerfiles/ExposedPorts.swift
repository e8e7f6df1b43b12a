/// A word of EXPOSE, expanded: `8000`, `8000/udp`, `7000-7010/tcp`, and with an address or a port of the host before it,
/// which means nothing: `127.0.0.1:8080:80`.
///
/// Source: BuildKit's `dispatchExpose`.
package struct ExposedPorts: Sendable, Hashable {
  /// From 0 to 65,535.
  package let range: ClosedRange<Int>
  /// `tcp`, `udp` or `sctp`.
  package let transport: String

  /// Nil when the word is none.
  package init?(_ word: String) {
    let parts = word.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard let container = parts.last else { return nil }
    let sides = container.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    let transport = sides.count == 2 && !sides[1].isEmpty ? sides[1].lowercased() : "tcp"
    guard ["tcp", "udp", "sctp"].contains(transport), let range = Self.range(sides[0]) else { return nil }
    if parts.count > 1, !parts[parts.count - 2].isEmpty {
      // A range of the host's is as long as that of the container, or stands for one port of it.
      guard let host = Self.range(parts[parts.count - 2]), host.count == range.count || range.count == 1 else {
        return nil
      }
    }
    guard Self.isAddress(parts.dropLast(2).joined(separator: ":")) else { return nil }
    self.range = range
    self.transport = transport
  }

  /// `PORT/TRANSPORT` each, as an image's configuration has them.
  package var ports: [String] { range.map { "\($0)/\(transport)" } }

  private static func range(_ text: String) -> ClosedRange<Int>? {
    let ends = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false).map { port(String($0)) }
    guard let first = ends.first ?? nil, let last = ends.last ?? nil, first <= last else { return nil }
    return first...last
  }

  private static func port(_ text: String) -> Int? {
    guard text.unicodeScalars.allSatisfy(\.isDecimalDigit), let port = Int(text), port <= 65_535 else { return nil }
    return port
  }

  /// Nothing, an IPv4 address, or what may be an IPv6 address, in brackets or without.
  private static func isAddress(_ text: String) -> Bool {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    let isVersion4 = parts.count == 4 && parts.allSatisfy { UInt8($0) != nil }
    return text.isEmpty || isVersion4
      || (text.contains(":")
        && text.unicodeScalars.allSatisfy { $0.properties.isASCIIHexDigit || ":.[]".unicodeScalars.contains($0) })
  }
}
