@testable import Secrets

extension RuleTable {
  /// What is found in a file, as `RULE:LINE`, or `RULE@OFFSET` in what is no text.
  func findings(_ text: String, path: String = "/opt/file.txt") -> [String] { findings(Array(text.utf8), path: path) }

  func findings(_ bytes: [UInt8], path: String = "/opt/file.txt", pieces: [Int]? = nil) -> [String] {
    hits(bytes, path: path, pieces: pieces).map { hit in
      rules[hit.rule].id + (hit.line.map { ":\($0)" } ?? "@\(hit.range.lowerBound)")
    }
  }

  /// - Parameter pieces: how many bytes come at a time, again and again; nil for all at once.
  func hits(_ bytes: [UInt8], path: String = "/opt/file.txt", pieces: [Int]? = nil, block: Int = 256 << 10)
    -> [ContentScan.Hit]
  {
    let scan = ContentScan(self, block: block)
    scan.begin(Array(path.utf8), size: bytes.count)
    bytes.withUnsafeBytes { all in
      guard let pieces else { return scan.take(all, isWhole: true) }
      var at = 0
      var turn = 0
      while at < all.count {
        let end = min(all.count, at + pieces[turn % pieces.count])
        scan.take(UnsafeRawBufferPointer(rebasing: all[at..<end]), isWhole: end - at == all.count)
        at = end
        turn += 1
      }
    }
    scan.end()
    return scan.hits
  }
}
