import Testing

@testable import Secrets

struct ContentScanTests {
  private let table = RuleTable.standard
  private static let block = 1024
  private static let buffer = block + ContentScan.behind + ContentScan.ahead

  @Test("a secret over the edge of a block is found once, wherever the edge goes through it")
  func edges() {
    let secret = "\n" + Fake.gitHub + "\n"
    // What has been decided when the buffer turns ends so far before its end.
    for edge in [Self.buffer - ContentScan.ahead, Self.buffer] {
      for offset in stride(from: -1, through: secret.utf8.count + 1, by: 1) {
        var bytes = [UInt8](repeating: UInt8(ascii: "."), count: edge - offset)
        bytes += Array(secret.utf8)
        bytes += [UInt8](repeating: UInt8(ascii: "."), count: ContentScan.ahead + 5000)
        let hits = table.hits(bytes, pieces: [5000], block: Self.block)
        #expect(hits.map(\.range.lowerBound) == [edge - offset + 1])
        #expect(hits.first?.line == 2)
      }
    }
  }

  @Test("how content is cut into pieces changes nothing", arguments: [[1], [7, 4096, 1], [13], [100_000], [262_144]])
  func pieces(pieces: [Int]) {
    var bytes: [UInt8] = []
    for (number, example) in RuleCase.hits.enumerated() where example.path == "/opt/file.txt" {
      bytes += Array((String(repeating: "line \(number)\n", count: 300) + example.text + "\n").utf8)
      // So far away from one another that no rule sees two.
      bytes += [UInt8](repeating: UInt8(ascii: " "), count: 3000) + [UInt8(ascii: "\n")]
    }
    #expect(bytes.count > 200_000)
    bytes = bytes + bytes
    let whole = table.findings(bytes)
    #expect(whole.count > 60)
    #expect(table.findings(bytes, pieces: pieces) == whole)
  }

  @Test("lines are counted over blocks; what is no text has offsets")
  func lines() {
    let before = String(repeating: "a line of some length\n", count: 40_000)
    #expect(table.findings(before + Fake.gitHub) == ["github-token:40001"])
    #expect(table.findings(Array((before + Fake.gitHub).utf8), pieces: [1000]) == ["github-token:40001"])
    let binary = [0x7f, 0x45, 0, 0] + [UInt8](repeating: 0, count: 700_000) + Array(Fake.gitHub.utf8)
    #expect(table.findings(binary, pieces: [262_144]) == ["github-token@700004"])
  }

  @Test("a line of megabytes, NULs around a secret, nothing at all")
  func odd() {
    let long =
      String(repeating: "x", count: 3_000_000) + " " + Fake.gitHub + " " + String(repeating: "y", count: 3_000_000)
    #expect(table.findings(Array(long.utf8), pieces: [262_144]) == ["github-token:1"])
    #expect(table.findings([0] + Array(Fake.gitHub.utf8) + [0]) == ["github-token@1"])
    #expect(table.findings("").isEmpty)
    #expect(table.findings([0xff, 0xfe]).isEmpty)
    #expect(table.findings([0xff]).isEmpty)
  }

  @Test("UTF-16 in either order, with a mark or without", arguments: [false, true], [false, true])
  func wide(lowIsFirst: Bool, hasMark: Bool) {
    let text = "first line\r\n" + Fake.privateKey(between: "\r\n")
    var bytes: [UInt8] = []
    for unit in (hasMark ? [0xfeff] : []) + Array(text.utf16) {
      let (low, high) = (UInt8(truncatingIfNeeded: unit), UInt8(unit >> 8))
      bytes += lowIsFirst ? [low, high] : [high, low]
    }
    #expect(table.findings(bytes) == ["private-key:3"])
    for pieces in [[1], [3], [5, 2], [4096]] { #expect(table.findings(bytes, pieces: pieces) == ["private-key:3"]) }
  }

  @Test("bytes at random are nobody's secret, and break nothing")
  func random() {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<20 {
      let bytes = (0..<Int.random(in: 0...50_000)).map { _ in UInt8.random(in: 0...255, using: &generator) }
      #expect(table.findings(bytes, pieces: [1, 5000]).isEmpty)
    }
  }

  @Test("texts cut off anywhere, and changed at random, break no rule")
  func mutations() {
    var generator = SystemRandomNumberGenerator()
    for example in RuleCase.hits {
      let bytes = Array(example.text.utf8)
      for _ in 0..<20 {
        var changed = Array(bytes.prefix(Int.random(in: 0...bytes.count, using: &generator)))
        for _ in 0..<3 where !changed.isEmpty {
          changed[Int.random(in: changed.indices, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
        }
        // An empty rest, a rule that reads beyond the end, would end the test.
        #expect(table.hits(changed, path: example.path).count <= 2)
      }
    }
  }
}
