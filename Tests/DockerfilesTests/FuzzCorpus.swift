import Foundation

@testable import Dockerfiles

/// What the fuzz tests break, and how long they do.
enum FuzzCorpus {
  /// How many broken files are made of each good one. `IMAGESMITH_FUZZ_ROUNDS=100000 swift test --filter Fuzz` goes on for
  /// longer than the few seconds of every day.
  static let rounds = ProcessInfo.processInfo.environment["IMAGESMITH_FUZZ_ROUNDS"].flatMap { Int($0) } ?? 50
  /// How much larger than every day the files are that are made to take for ever.
  static let scale = rounds > 1_000 ? 25 : 1

  /// Good files by name: those of `Fixtures/`, of `images/`, and the examples of `docs/checks.md`.
  static let files: [(name: String, text: String)] = {
    let folder = URL(filePath: #filePath).deletingLastPathComponent()
    let paths =
      ["recipe", "stages", "heredocs", "windows"].map { "Fixtures/\($0).Dockerfile" }
      + ["../../images/pii/Dockerfile", "../../images/nonpii/Dockerfile"]
    let texts = paths.compactMap { path in
      (try? String(contentsOf: folder.appending(path: path), encoding: .utf8)).map { (path, $0) }
    }
    let examples = CheckExampleTests.examples.map(\.bad).joined(separator: "\n")
    return texts + [("docs/checks.md", examples)]
  }()

  /// What the grammar is made of.
  static let pieces = [
    "\\", "\n", "\r\n", "\"", "'", "`", "$", "${", "}", "${A:-", "${A//", "${A##", "#", "--", "=", ",", "<<", "<<-E\n",
    "<<'E'", "[", "]", "[\"", " ", "\t", "\0", "\u{FF}", "FROM ", " AS ", "ONBUILD ", "RUN ", "COPY ", "ARG ", "ENV ",
    "HEALTHCHECK ", "--from=", "--mount=type=", "# escape=`\n", "# check=", ":", "\u{85}", "é", "-", "!", "**", "/",
    "0",
  ]

  /// Changes the bytes in one place.
  static func mutate(_ bytes: inout [UInt8], _ generator: inout SplitMix64) {
    let index = Int.random(in: 0...bytes.count, using: &generator)
    let end = min(bytes.count, index + Int.random(in: 1...20, using: &generator))
    switch Int.random(in: 0..<6, using: &generator) {
    case 0: bytes.removeSubrange(index..<end)
    case 1: bytes.insert(contentsOf: bytes[index..<end], at: index)
    case 2: if index < bytes.count { bytes[index] = UInt8.random(in: 0...255, using: &generator) }
    case 3: bytes.removeSubrange(index...)
    case 4:
      let from = Int.random(in: 0...bytes.count, using: &generator)
      let piece = Array(bytes[from..<min(bytes.count, from + 40)])
      bytes.insert(contentsOf: piece, at: index)
    default: bytes.insert(contentsOf: (pieces.randomElement(using: &generator) ?? "").utf8, at: index)
    }
  }

  /// A text of so many pieces.
  static func text(of count: ClosedRange<Int>, from pieces: [String], _ generator: inout SplitMix64) -> String {
    (0..<Int.random(in: count, using: &generator)).map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
  }
}

/// Random numbers that are the same each time.
///
/// Source: Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014.
struct SplitMix64: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}
