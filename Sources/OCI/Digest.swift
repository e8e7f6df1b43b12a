/// The content address of a blob or manifest: an algorithm and lowercase hexadecimal, such as `sha256:9f86…`.
///
/// Source: OCI image specification v1.1, descriptor.md, "Digests".
package struct Digest: Hashable, Sendable, Comparable, CustomStringConvertible {
  package enum Algorithm: String, Sendable {
    case sha256
    case sha512

    /// The number of hexadecimal digits.
    package var length: Int { self == .sha256 ? 64 : 128 }
  }

  package let algorithm: Algorithm
  package let hex: String

  /// Parses `algorithm:hex`; nil unless the algorithm is known and the digits are lowercase and of the right number.
  package init?(_ text: some StringProtocol) {
    guard let colon = text.firstIndex(of: ":"), let algorithm = Algorithm(rawValue: String(text[..<colon])) else {
      return nil
    }
    let hex = text[text.index(after: colon)...]
    guard hex.utf8.count == algorithm.length, hex.utf8.allSatisfy(\.isLowercaseHexDigit) else { return nil }
    self.algorithm = algorithm
    self.hex = String(hex)
  }

  /// From the 32 bytes of a finished SHA-256.
  package init(sha256 bytes: [UInt8]) {
    precondition(bytes.count == 32)
    algorithm = .sha256
    hex = bytes.hexadecimal
  }

  package var description: String { "\(algorithm.rawValue):\(hex)" }
  /// The first twelve digits, for people.
  package var short: String { String(hex.prefix(12)) }

  package static func < (left: Digest, right: Digest) -> Bool { left.description < right.description }
}

/// The digest of a layer's uncompressed tar.
///
/// Source: OCI image specification v1.1, config.md, "Layer DiffID".
package struct DiffID: Hashable, Sendable, CustomStringConvertible {
  package let digest: Digest

  package init(_ digest: Digest) { self.digest = digest }

  package var description: String { digest.description }
}

extension UInt8 {
  fileprivate var isLowercaseHexDigit: Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(self)
  }
}

extension [UInt8] {
  /// Two lowercase digits a byte.
  package var hexadecimal: String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}

extension Digest: Codable {
  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let digest = Digest(text) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a digest: \(text)")
    }
    self = digest
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}

extension DiffID: Codable {
  package init(from decoder: any Decoder) throws { digest = try Digest(from: decoder) }
  package func encode(to encoder: any Encoder) throws { try digest.encode(to: encoder) }
}
