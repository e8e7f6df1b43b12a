import Testing

@testable import Rosters

/// Hundreds of damaged rosters: each is read or refused with problems that lie inside it, and nothing crashes.
@Suite struct MutationTests {
  @Test(.timeLimit(.minutes(5)), arguments: UInt64(1)...4)
  func damagedRostersAreRefusedOrRead(seed: UInt64) throws {
    let sample = Array(try Sample.text().unicodeScalars)
    var random = SplitMix(state: seed)
    var refused = 0
    for _ in 0..<100 {
      var scalars = sample
      for _ in 0...Int.random(in: 0..<4, using: &random) { mutate(&scalars, &random) }
      let text = String(String.UnicodeScalarView(scalars))
      let problems = Sample.problems(text)
      refused += problems.isEmpty ? 0 : 1
      let source = SourceText(text)
      for problem in problems {
        let place = Position(line: problem.line, column: problem.column)
        #expect(source.offset(of: place) != nil, "\(problem) of seed \(seed)")
        #expect(!problem.message.isEmpty)
      }
      var bytes = Array(text.utf8)
      bytes[Int.random(in: bytes.indices, using: &random)] = .random(in: .min ... .max, using: &random)
      _ = try? RosterReader().read(bytes)
    }
    #expect(refused > 40)
  }

  private func mutate(_ scalars: inout [Unicode.Scalar], _ random: inout SplitMix) {
    let start = Int.random(in: 0..<scalars.count, using: &random)
    let end = min(scalars.count, start + Int.random(in: 1...30, using: &random))
    switch Int.random(in: 0..<5, using: &random) {
    case 0: scalars.removeSubrange(start..<end)
    case 1: scalars.insert(contentsOf: scalars[start..<end], at: Int.random(in: 0...scalars.count, using: &random))
    case 2: scalars[start] = Self.awkward[Int.random(in: 0..<Self.awkward.count, using: &random)]
    case 3: scalars.insert(Self.awkward[Int.random(in: 0..<Self.awkward.count, using: &random)], at: start)
    default: scalars.removeSubrange(end...)
    }
    if scalars.isEmpty { scalars = ["x"] }
  }

  private static let awkward = Array(
    "{}[]:,&*#?|-<>=!%@\\\"'` \t\n\r0~\u{0}\u{85}\u{2028}\u{E000}\u{FEFF}ä🦆".unicodeScalars)
}

/// Steele, Lea and Flood's generator: the same numbers for the same seed on every machine.
private struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
