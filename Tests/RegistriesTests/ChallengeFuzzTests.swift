import Foundation
import Testing

@testable import Registries

/// Challenges that are made at random, always the same ones, in every way that RFC 9110 lets a server write them; and
/// broken ones. `IMAGESMITH_FUZZ_ROUNDS=100000 swift test --filter ChallengeFuzz` goes on for longer.
@Suite struct ChallengeFuzzTests {
  private static let rounds =
    ProcessInfo.processInfo.environment["IMAGESMITH_FUZZ_ROUNDS"].flatMap { Int($0) } ?? 1_000

  @Test("what is written by the grammar is read back as it was meant")
  func reads() {
    var generator = SplitMix64(state: 7)
    for _ in 0..<Self.rounds {
      var meant: [Challenge] = []
      var parts: [String] = []
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        let scheme = pick(["Basic", "BEARER", "bearer", "Digest", "Negotiate"], &generator)
        var challenge = Challenge(scheme: scheme.lowercased())
        var written: [String] = []
        for name in ["realm", "Service", "SCOPE", "error", "x-y"].shuffled(using: &generator).prefix(
          Int.random(in: 0...4, using: &generator))
        {
          let value = (0..<Int.random(in: 0...6, using: &generator))
            .map { _ in pick(["a", "Z", "0", " ", ",", "=", "\"", "\\", ":", "/", "ü", ";", "'", "b c"], &generator) }
            .joined()
          challenge.parameters[name.lowercased()] = value
          written.append(name + pick(["=", " = ", "= "], &generator) + quoted(value, &generator))
        }
        meant.append(challenge)
        let gap = written.isEmpty ? "" : " "
        parts.append(scheme + gap + written.joined(separator: pick([",", ", ", " , ", ",,"], &generator)))
      }
      let header = parts.joined(separator: pick([",", ", ", " ,\t"], &generator))
      #expect(Challenge.parse(header) == meant, "\(header)")
    }
  }

  @Test("what is broken is read to its end, and what is read is of the text")
  func survives() {
    var generator = SplitMix64(state: 8)
    let pieces = [
      "Bearer ", "Basic", "realm", "=", "\"", "\\", ",", " ", "\t", "ü", "\u{0}", "a", "https://x/", ";", "\r",
    ]
    var found = 0
    for _ in 0..<Self.rounds {
      let text = (0..<Int.random(in: 0...14, using: &generator)).map { _ in pick(pieces, &generator) }.joined()
      let challenges = Challenge.parse(text)
      found += challenges.count
      #expect(challenges.allSatisfy { text.lowercased().contains($0.scheme) && !$0.scheme.isEmpty }, "\(text)")
      _ = Challenge.preferred(of: challenges)
    }
    #expect(found > Self.rounds / 2)
  }

  private func quoted(_ value: String, _ generator: inout SplitMix64) -> String {
    // A value that is a token may go without quotes.
    let isToken = !value.isEmpty && value.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
    if isToken, Bool.random(using: &generator) { return value }
    return "\"" + value.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : String($0) }.joined() + "\""
  }

  private func pick(_ choices: [String], _ generator: inout SplitMix64) -> String {
    choices.randomElement(using: &generator) ?? ""
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
