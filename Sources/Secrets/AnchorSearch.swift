/// Finds many words in much text at once, in whatever case.
///
/// Of each word four bytes are chosen that are rare. The text is looked at three bytes at a time, at every second place:
/// wherever the four stand, one of the two threes in them does. A table of hashes says whether a three is one of those; few
/// are, and only there words are compared. Bytes are compared with the bit of the case set, which folds letters, and a few
/// others onto one another. Compare S. Wu, U. Manber, A fast algorithm for multi-pattern searching, 1994.
struct AnchorSearch: Sendable {
  struct Anchor: Sendable {
    /// Folded.
    var bytes: [UInt8]
    /// Where in it the four bytes are.
    var window: Int
    /// What it belongs to.
    var rule: Int
  }

  private static let fold: UInt64 = 0x2020_2020_2020_2020
  private static let bits: UInt64 = 15

  private let anchors: [Anchor]
  /// The four bytes of each.
  private let fours: [UInt32]
  /// By the hash of three bytes: 1 where they are of any anchor.
  private let marks: [UInt8]
  /// By the hash of four bytes, one more than the place of the first of `anchors` that has them; 0 for none.
  private let first: [UInt16]
  /// For each anchor, one more than the place of the next with the same hash; 0 for none.
  private let next: [UInt16]

  /// - Parameter words: each at least four bytes long, in small letters; with what they belong to.
  init(_ words: [(word: String, rule: Int)]) {
    var marks = [UInt8](repeating: 0, count: 1 << Self.bits)
    var first = [UInt16](repeating: 0, count: 1 << 12)
    var next: [UInt16] = []
    var anchors: [Anchor] = []
    var fours: [UInt32] = []
    for (word, rule) in words {
      let bytes = word.utf8.map { $0 | 0x20 }
      precondition(bytes.count >= 4, "the anchor \(word) is too short")
      let window = Self.rarest(bytes)
      anchors.append(Anchor(bytes: bytes, window: window, rule: rule))
      let four = bytes[window..<window + 4].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
      for three in [four, four >> 8] { marks[Self.hash(UInt64(three))] = 1 }
      fours.append(four)
      let slot = Self.slot(four)
      next.append(first[slot])
      first[slot] = UInt16(anchors.count)
    }
    self.anchors = anchors
    self.fours = fours
    self.marks = marks
    self.first = first
    self.next = next
  }

  /// Calls `found` for each word that begins in `range`, with what it belongs to and where it stands. The order is that of the
  /// four bytes chosen.
  func forEach(
    in bytes: UnsafeRawBufferPointer, _ range: Range<Int>, found: (_ rule: Int, _ anchor: Range<Int>) -> Void
  ) {
    guard let base = bytes.baseAddress, !range.isEmpty else { return }
    // The four bytes may stand anywhere in a word that begins in the range.
    let end = min(bytes.count, range.upperBound + Self.longest)
    marks.withUnsafeBufferPointer { marks in
      guard let marks = marks.baseAddress else { return }
      var at = range.lowerBound
      // A four may be looked at from two threes.
      var last = at - 2
      func look(_ place: Int) {
        if place - 1 > last { compare(bytes, place - 1, range, found) }
        if place > last { compare(bytes, place, range, found) }
        last = max(last, place)
      }
      while at + 14 <= end {
        let low = (base + at).loadUnaligned(as: UInt64.self).littleEndian | Self.fold
        let high = (base + at + 6).loadUnaligned(as: UInt64.self).littleEndian | Self.fold
        let first = marks[Self.hash(low)] | marks[Self.hash(low >> 16)] | marks[Self.hash(low >> 32)]
        let second = marks[Self.hash(high)] | marks[Self.hash(high >> 16)] | marks[Self.hash(high >> 32)]
        if first | second != 0 {
          for place in stride(from: at, to: at + 12, by: 2) {
            let three = place < at + 6 ? low >> UInt64(8 * (place - at)) : high >> UInt64(8 * (place - at - 6))
            if marks[Self.hash(three)] != 0 { look(place) }
          }
        }
        at += 12
      }
      while at + 3 <= end {
        look(at)
        at += 2
      }
    }
  }

  /// Compares the words whose four bytes are those at `place`.
  private func compare(
    _ bytes: UnsafeRawBufferPointer, _ place: Int, _ range: Range<Int>, _ found: (Int, Range<Int>) -> Void
  ) {
    guard place >= 0, place + 4 <= bytes.count else { return }
    let four = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt32.self)) | 0x2020_2020
    var index = Int(first[Self.slot(four)])
    while index > 0 {
      let candidate = index - 1
      index = Int(next[candidate])
      guard fours[candidate] == four else { continue }
      let anchor = anchors[candidate]
      let start = place - anchor.window
      guard range.contains(start), start + anchor.bytes.count <= bytes.count else { continue }
      if anchor.bytes.indices.allSatisfy({ bytes[start + $0] | 0x20 == anchor.bytes[$0] }) {
        found(anchor.rule, start..<start + anchor.bytes.count)
      }
    }
  }

  private static let longest = 64

  /// Of the lowest three bytes of `word`.
  private static func hash(_ word: UInt64) -> Int {
    Int(truncatingIfNeeded: ((word << 40) &* multiplier) >> (64 - bits))
  }

  /// One of those that scatter well, and by which the threes that texts and programs are full of meet none of the anchors':
  /// a test sees to that.
  private static let multiplier: UInt64 = 0xbf58_476d_1ce4_e5b9

  private static func slot(_ four: UInt32) -> Int { Int((four &* 0x85eb_ca6b) >> 20) }

  /// Whether a text of these three bytes is looked at more closely.
  func marks(_ three: String) -> Bool {
    marks[Self.hash(three.utf8.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1 | 0x20) })] != 0
  }

  /// Which four bytes of the word are the least usual.
  private static func rarest(_ word: [UInt8]) -> Int {
    let costs = (0...word.count - 4).map { start in
      let four = word[start..<start + 4]
      let known = [four.dropLast(), four.dropFirst()].count { usual.contains(Array($0)) }
      return four.reduce(known * 50) { $0 + cost($1) }
    }
    return costs.indices.min { costs[$0] < costs[$1] } ?? 0
  }

  /// How usual a folded byte is in text, more or less.
  private static func cost(_ byte: UInt8) -> Int {
    let order = Array("zqjxkvbywgpfmuclhdrniotsae".utf8)
    if let place = order.firstIndex(of: byte) { return 10 + place }
    return byte == 0x20 ? 40 : 12
  }

  /// Threes that are frequent in programs and their texts, folded.
  private static let usual: Set<[UInt8]> = Set(
    "--- key con tok oke ken pas ass mod add app pri err ing ion ent the ret urn sel elf str typ nam val int def for"
      .split(separator: " ").map { $0.utf8.map { $0 | 0x20 } })
}
