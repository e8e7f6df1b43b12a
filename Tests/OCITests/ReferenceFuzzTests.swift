import Foundation
import Testing

@testable import OCI

/// Compares the parser, which goes part by part, with Docker's own regular expressions, on texts made at random, always
/// the same ones. `IMAGESMITH_FUZZ_ROUNDS=100000 swift test --filter ReferenceFuzz` goes on for longer.
@Suite struct ReferenceFuzzTests {
  private static let rounds =
    (ProcessInfo.processInfo.environment["IMAGESMITH_FUZZ_ROUNDS"].flatMap { Int($0) } ?? 300) * 5
  private static let hex = String(repeating: "0f", count: 32)
  private static let pieces = [
    "a", "b1", "0", "A", "Zz", ".", "..", "-", "--", "_", "__", "___", "/", "//", ":", "::", "@", "localhost",
    "docker.io",
    "index.docker.io", "library", "host.example", ":5000", ":65536", "[::1]", "[fe80::1%0]", "latest", "sha256:",
    "sha512:",
    "@sha256:" + hex, hex, "@" + hex, " ", "\n", "ä", "+", "=", "?", "#", "%", "\\", "a/b", ":v1", "é", "\u{0}",
  ]

  @Test func readsAsDockerDoes() throws {
    var generator = SplitMix64(state: 1)
    let grammar = try DockerGrammar()
    var read = 0
    for _ in 0..<Self.rounds {
      let text = (0..<Int.random(in: 1...7, using: &generator))
        .map { _ in Self.pieces.randomElement(using: &generator) ?? "" }.joined()
      let expected = grammar.normalized(text)
      do throws(ReferenceError) {
        let reference = try Reference(parsing: text)
        read += 1
        #expect(reference.description == expected, "\(text.debugDescription)")
        // What is printed is read back the same.
        #expect(Reference(reference.description) == reference)
      } catch {
        #expect(expected == nil, "\(text.debugDescription): \(error)")
        #expect(!error.message.isEmpty)
        try checkHint(error, of: text)
      }
    }
    // Neither all nor none: else the fuzz would test nothing.
    #expect(read > Self.rounds / 50 && read < Self.rounds)
  }

  /// A hint that offers a whole reference offers one that is right, or whose other parts are to be mended next.
  private func checkHint(_ error: ReferenceError, of text: String) throws {
    guard let hint = error.hint, hint.hasPrefix("write "), !hint.contains("HOST"), !hint.contains("…") else { return }
    #expect(hint.dropFirst(6) != text, "the hint is what was refused")
  }
}

/// A second reading of references: the regular expressions and the steps of github.com/distribution/reference.
private struct DockerGrammar {
  private typealias Parts = (Substring, Substring?, Substring, Substring?, Substring?)

  /// `ReferenceRegexp`, with a host before every repository.
  private let grammar: Regex<Parts>

  init() throws {
    let component = "[a-z0-9]+(?:(?:[._]|__|[-]+)[a-z0-9]+)*"
    let label = "(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])"
    let host = "(?:\(label)(?:\\.\(label))*|\\[(?:[a-fA-F0-9:]+)\\])(?::([0-9]+))?"
    let pattern =
      "(?:\(host))/(\(component)(?:/\(component))*)(?::([a-zA-Z0-9_][a-zA-Z0-9_.-]{0,127}))?"
      + "(?:@([A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*[:][0-9a-fA-F]{32,}))?"
    grammar = try Regex<Parts>(pattern).matchingSemantics(.unicodeScalar)
  }

  /// The reference in full; nil when Docker refuses it. A port past 65535 and SHA-384 are refused too, as here.
  func normalized(_ text: String) -> String? {
    guard text.wholeMatch(of: /[a-f0-9]{64}/) == nil else { return nil }
    var (domain, remainder) = Self.split(text)
    let name = remainder.prefix { $0 != ":" }
    guard name.lowercased() == name else { return nil }
    guard let match = try? grammar.wholeMatch(in: "\(domain)/\(remainder)") else { return nil }
    let (_, port, path, tag, digest) = match.output
    guard port.map({ UInt16($0) != nil }) ?? true, path.utf8.count <= 255 else { return nil }
    if let digest {
      guard digest.wholeMatch(of: /sha256:[a-f0-9]{64}|sha512:[a-f0-9]{128}/) != nil else { return nil }
    }
    if tag == nil, digest == nil { remainder += ":latest" }
    domain = String(domain)
    return "\(domain)/\(remainder)"
  }

  private static func split(_ name: String) -> (String, String) {
    guard let slash = name.firstIndex(of: "/") else { return ("docker.io", "library/" + name) }
    var domain = String(name[..<slash])
    var rest = String(name[name.index(after: slash)...])
    if domain != "localhost", !domain.contains("."), !domain.contains(":"), domain.lowercased() == domain {
      return ("docker.io", name)
    }
    if domain == "index.docker.io" { domain = "docker.io" }
    if domain == "docker.io", !rest.contains("/") { rest = "library/" + rest }
    return (domain, rest)
  }
}

/// Random numbers that are the same each time.
///
/// Source: Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014.
private struct SplitMix64: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}
