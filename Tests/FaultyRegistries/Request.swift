/// One request as it came over the wire.
package struct Request: Sendable, Equatable {
  package var method: String
  /// Path and query, with their escapes.
  package var target: String
  /// By lowercase name; of several with one name the last.
  package var headers: [String: String]
  package var body: [UInt8] = []
  /// Whether it came to the second server, to which the registry sends others.
  package var isElsewhere: Bool

  /// Parses what comes before the body; nil when that is not HTTP.
  init?(head: String, isElsewhere: Bool) {
    let lines = head.split(separator: "\r\n")
    let words = lines.first?.split(separator: " ") ?? []
    guard words.count == 3, words[2].hasPrefix("HTTP/1.") else { return nil }
    method = String(words[0])
    target = String(words[1])
    headers = [:]
    for line in lines.dropFirst() {
      guard let colon = line.firstIndex(of: ":") else { return nil }
      let value = line[line.index(after: colon)...].drop { $0 == " " }
      headers[line[..<colon].lowercased()] = String(value)
    }
    self.isElsewhere = isElsewhere
  }

  package var path: String { String(target.prefix { $0 != "?" }) }

  package var authorization: String? { headers["authorization"] }
  package var range: String? { headers["range"] }

  /// Bytes of the body that are announced.
  var contentLength: Int { headers["content-length"].flatMap { Int($0) } ?? 0 }

  /// Every value of a query parameter, decoded.
  func query(_ name: String) -> [String] {
    guard let mark = target.firstIndex(of: "?") else { return [] }
    return target[target.index(after: mark)...].split(separator: "&").compactMap { pair in
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, parts[0] == name else { return nil }
      return Self.decoded(parts[1])
    }
  }

  private static func decoded(_ text: Substring) -> String {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%"), rest.count >= 2,
        let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
      {
        bytes.append(value)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
