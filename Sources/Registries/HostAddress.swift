/// What a host's name alone says about where it is.
enum HostAddress {
  /// This machine: `localhost`, 127.0.0.0/8, `::1`.
  static func isLoopback(_ host: String) -> Bool {
    let host = host.lowercased()
    if host == "localhost" || host.hasSuffix(".localhost") { return true }
    if let address = ipv4(host) { return address >> 24 == 127 }
    guard let words = ipv6(host) else { return false }
    if let mapped = mappedIPv4(words) { return mapped >> 24 == 127 }
    return words == [0, 0, 0, 0, 0, 0, 0, 1]
  }

  /// Loopback, link-local, unspecified, or where else a cloud keeps its machines' credentials: nowhere a registry outside may
  /// send us.
  static func isLocal(_ host: String) -> Bool {
    if isLoopback(host) { return true }
    if let address = ipv4(host) { return isLocal(address) }
    guard let words = ipv6(host) else { return false }
    if let mapped = mappedIPv4(words) { return isLocal(mapped) }
    // What clouds keep within IPv6: fd00:ec2::254 and its neighbours at AWS, fd20:ce::254 at Google.
    let isMetadata = words[..<2] == [0xFD00, 0x0EC2] || words == [0xFD20, 0x00CE, 0, 0, 0, 0, 0, 0x0254]
    return words[0] & 0xFFC0 == 0xFE80 || words.allSatisfy { $0 == 0 } || isMetadata
  }

  private static func isLocal(_ address: UInt32) -> Bool {
    address >> 24 == 127 || address >> 24 == 0 || address >> 16 == 0xA9FE || metadata.contains(address)
  }

  /// What clouds keep outside of link-local: Alibaba's 100.100.100.200, Azure's 168.63.129.16, Oracle's 192.0.0.192.
  private static let metadata: Set<UInt32> = [0x6464_64C8, 0xA83F_8110, 0xC000_00C0]

  /// An IPv4 address in any of the forms that `inet_aton` takes, as URLs may hold: `127.1`, `0x7f000001`, `2130706433`.
  private static func ipv4(_ host: String) -> UInt32? {
    let text = host.hasSuffix(".") ? host.dropLast() : host[...]
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard (1...4).contains(parts.count) else { return nil }
    var numbers: [UInt64] = []
    for part in parts {
      guard let number = number(part) else { return nil }
      numbers.append(number)
    }
    let last = numbers.removeLast()
    // The last part fills all the bytes that the others leave.
    guard numbers.allSatisfy({ $0 <= 255 }), last < 1 << UInt64(8 * (4 - numbers.count)) else { return nil }
    let high = numbers.enumerated().reduce(UInt64(0)) { $0 | $1.element << UInt64(24 - 8 * $1.offset) }
    return UInt32(high | last)
  }

  private static func number(_ text: Substring) -> UInt64? {
    let lower = text.lowercased()
    guard lower.first?.isNumber == true else { return nil }
    if lower.hasPrefix("0x") { return UInt64(lower.dropFirst(2), radix: 16) }
    if lower.hasPrefix("0"), lower.count > 1 { return UInt64(lower, radix: 8) }
    return UInt64(lower)
  }

  /// The eight words of an IPv6 address, without brackets; a zone after `%` is left out.
  private static func ipv6(_ host: String) -> [UInt16]? {
    let text = String(host.prefix { $0 != "%" })
    guard text.contains(":") else { return nil }
    guard let gap = text.firstRange(of: "::") else { return words(text[...]).flatMap { $0.count == 8 ? $0 : nil } }
    guard let head = words(text[..<gap.lowerBound]), let tail = words(text[gap.upperBound...]),
      head.count + tail.count < 8
    else { return nil }
    return head + [UInt16](repeating: 0, count: 8 - head.count - tail.count) + tail
  }

  private static func words(_ text: Substring) -> [UInt16]? {
    var words: [UInt16] = []
    guard !text.isEmpty else { return words }
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    for (index, part) in parts.enumerated() {
      if index == parts.count - 1, part.contains("."), let address = ipv4(String(part)) {
        words += [UInt16(address >> 16), UInt16(address & 0xFFFF)]
      } else if let word = UInt16(part, radix: 16) {
        words.append(word)
      } else {
        return nil
      }
    }
    return words
  }

  /// The IPv4 address in `::ffff:a.b.c.d`, in the old `::a.b.c.d`, or behind a translator, `64:ff9b::a.b.c.d`.
  private static func mappedIPv4(_ words: [UInt16]) -> UInt32? {
    let isMapped = words[..<5].allSatisfy { $0 == 0 } && (words[5] == 0xFFFF || (words[5] == 0 && words[6] != 0))
    guard isMapped || words[..<6] == [0x64, 0xFF9B, 0, 0, 0, 0] else { return nil }
    return UInt32(words[6]) << 16 | UInt32(words[7])
  }
}
