/// Looks for secrets in one stream of bytes, piece by piece: a file of a layer.
///
/// Each piece is searched where it is if it is the whole; else it goes through a buffer, in which the end of one piece stands
/// before the next, so that a secret over an edge is found as any other. Memory is that of the buffer.
final class ContentScan {
  /// Bytes before an anchor that a rule may look at.
  static let behind = 4096
  /// Bytes after the beginning of an anchor that a rule may look at.
  static let ahead = 16 << 10
  /// Bytes of a file that a rule reads whole, at most.
  static let fileLimit = 1 << 20

  /// What was found, before anybody has said where the content is from.
  struct Hit {
    var rule: Int
    /// Where in the content, in bytes.
    var range: Range<Int>
    /// Counted from 1; nil in what is no text.
    var line: Int?
    /// The bytes found, or the first of them.
    var secret: [UInt8]
  }

  private let table: RuleTable
  private let buffer: UnsafeMutableRawBufferPointer
  /// What of the buffer has come.
  private var filled = 0
  /// From where on anchors have not been looked for.
  private var searched = 0
  /// Where in the content the buffer begins, and its line breaks before that.
  private var offset = 0
  private var lines = 0
  /// Nil until enough has come to tell.
  private var form: TextForm?
  /// What has come before that.
  private var head: [UInt8] = []
  /// The first byte of a character of two that ends in the next piece.
  private var half: UInt8?
  /// For files that a rule reads whole.
  private var whole: [UInt8]?
  private var fileRules: [Int] = []
  private var isSettings = false
  private var path: [UInt8] = []
  private(set) var hits: [Hit] = []

  /// - Parameter block: how many bytes are searched at a time, beside those that are looked at twice.
  init(_ table: RuleTable, block: Int = 256 << 10) {
    self.table = table
    buffer = .allocate(byteCount: block + Self.behind + Self.ahead, alignment: 64)
  }

  deinit { buffer.deallocate() }

  /// Begins a file.
  ///
  /// - Parameters:
  ///   - path: from the root.
  ///   - isSettings: whether these are settings, whatever their name.
  func begin(_ path: [UInt8], size: Int, isSettings: Bool = false) {
    filled = 0
    searched = 0
    offset = 0
    lines = 0
    form = nil
    head.removeAll(keepingCapacity: true)
    half = nil
    hits = []
    self.path = path
    fileRules = table.rules(forFile: path)
    self.isSettings = isSettings || !fileRules.isEmpty
    whole = !fileRules.isEmpty && size <= Self.fileLimit ? [] : nil
  }

  /// Takes the next piece.
  ///
  /// - Parameter isWhole: whether it is the whole content.
  func take(_ piece: UnsafeRawBufferPointer, isWhole: Bool = false) {
    guard !piece.isEmpty else { return }
    whole?.append(contentsOf: piece)
    if isWhole {
      let form = TextForm(beginning: piece)
      self.form = form
      if !form.isWide { return search(piece, 0..<piece.count) }
    }
    guard form == nil else { return feed(piece) }
    head.append(contentsOf: piece)
    if head.count >= TextForm.headSize { takeHead() }
  }

  private func takeHead() {
    head.withUnsafeBytes { bytes in
      form = TextForm(beginning: bytes)
      feed(bytes)
    }
    head.removeAll(keepingCapacity: true)
  }

  /// Brings a piece into the buffer, and searches that whenever it is full.
  private func feed(_ piece: UnsafeRawBufferPointer) {
    var rest = piece
    if form?.isWide == true {
      if let first = half.take(), let second = rest.first {
        _ = [first, second].withUnsafeBytes { fill(from: $0) }
        rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst())
        if filled == buffer.count { turn() }
      }
      if rest.count % 2 == 1 {
        half = rest.last
        rest = UnsafeRawBufferPointer(rebasing: rest.dropLast())
      }
    }
    while !rest.isEmpty {
      let used = fill(from: rest)
      rest = UnsafeRawBufferPointer(rebasing: rest[used...])
      if filled == buffer.count { turn() }
    }
  }

  /// Ends the file.
  func end() {
    if !head.isEmpty { takeHead() }
    search(UnsafeRawBufferPointer(rebasing: buffer[..<filled]), searched..<filled)
    guard let whole else { return }
    whole.withUnsafeBytes { bytes in
      let excerpt = Excerpt(bytes: bytes, isSettings: true)
      offset = 0
      lines = 0
      for rule in fileRules {
        for range in table.rules[rule].matchFile?(excerpt) ?? [] { note(rule, range, in: bytes) }
      }
    }
    self.whole = nil
  }

  /// Fills the buffer; of two bytes a character, only what is ASCII stays what it is.
  private func fill(from piece: UnsafeRawBufferPointer) -> Int {
    let room = UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
    if let count = form?.narrow(piece, into: room) {
      filled += count.made
      return count.used
    }
    let count = min(piece.count, room.count)
    room.copyMemory(from: UnsafeRawBufferPointer(rebasing: piece[..<count]))
    filled += count
    return count
  }

  /// Searches a full buffer as far as rules can look ahead, and keeps its end.
  private func turn() {
    let decided = filled - Self.ahead
    search(UnsafeRawBufferPointer(rebasing: buffer[..<filled]), searched..<decided)
    let start = decided - Self.behind
    if form?.isText == true { lines += Self.lineBreaks(UnsafeRawBufferPointer(rebasing: buffer[..<start])) }
    offset += start
    let kept = UnsafeRawBufferPointer(rebasing: buffer[start..<filled])
    buffer.copyMemory(from: kept)
    filled = kept.count
    searched = Self.behind
  }

  private func search(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) {
    guard !range.isEmpty else { return }
    table.anchors.forEach(in: bytes, range) { rule, anchor in
      let window = max(0, anchor.lowerBound - Self.behind)..<min(bytes.count, anchor.lowerBound + Self.ahead)
      let excerpt = Excerpt(bytes: UnsafeRawBufferPointer(rebasing: bytes[window]), isSettings: isSettings)
      let own = anchor.lowerBound - window.lowerBound..<anchor.upperBound - window.lowerBound
      guard let found = table.rules[rule].match?(excerpt, own),
        table.rules[rule].isPublished?(RuleTable.text(path)) != true
      else { return }
      note(rule, found.lowerBound + window.lowerBound..<found.upperBound + window.lowerBound, in: bytes)
    }
  }

  /// Keeps a hit, unless the same bytes have been found before.
  private func note(_ rule: Int, _ range: Range<Int>, in bytes: UnsafeRawBufferPointer) {
    let place = range.lowerBound + offset..<range.upperBound + offset
    guard !hits.contains(where: { $0.range.overlaps(place) }) else { return }
    var line: Int?
    if form?.isText == true {
      line = 1 + lines + Self.lineBreaks(UnsafeRawBufferPointer(rebasing: bytes[..<range.lowerBound]))
    }
    hits.append(Hit(rule: rule, range: place, line: line, secret: Array(bytes[range].prefix(512))))
  }

  private static func lineBreaks(_ bytes: UnsafeRawBufferPointer) -> Int {
    guard let base = bytes.baseAddress else { return 0 }
    var total = 0
    var at = 0
    while at < bytes.count {
      // So few that a byte can count them, which the processor then does many at a time.
      let end = min(bytes.count, at + 240)
      var count: UInt8 = 0
      while at < end {
        count &+= base.load(fromByteOffset: at, as: UInt8.self) == Excerpt.newline ? 1 : 0
        at += 1
      }
      total += Int(count)
    }
    return total
  }
}
