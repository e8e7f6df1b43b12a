/// Some bytes, in which a rule looks around. Places outside of them read as 0, so that no rule has to count.
struct Excerpt {
  let bytes: UnsafeRawBufferPointer
  /// Whether these are settings, of an image or of a program that is known to keep passwords in them. What elsewhere is
  /// most likely an example is meant here.
  var isSettings = false

  var count: Int { bytes.count }

  subscript(index: Int) -> UInt8 { bytes.indices.contains(index) ? bytes[index] : 0 }

  /// Where the run of `set` ends that begins at `index`.
  func end(of set: ByteSet, from index: Int, limit: Int = .max) -> Int {
    var end = index
    while end < count, end - index < limit, set.contains(bytes[end]) { end += 1 }
    return end
  }

  /// Where the run of `set` begins that ends before `index`.
  func start(of set: ByteSet, before index: Int, limit: Int = .max) -> Int {
    var start = min(index, count)
    while start > 0, index - start < limit, set.contains(bytes[start - 1]) { start -= 1 }
    return start
  }

  /// The line around `index`, without its end, as far as `limit` bytes to either side.
  func line(at index: Int, limit: Int = 2048) -> Range<Int> {
    var start = min(index, count)
    while start > 0, index - start < limit, bytes[start - 1] != Self.newline { start -= 1 }
    var end = start
    while end < count, end - index < limit, bytes[end] != Self.newline { end += 1 }
    return start..<max(start, end)
  }

  func text(_ range: Range<Int>) -> String {
    String(decoding: UnsafeRawBufferPointer(rebasing: bytes[range.clamped(to: 0..<count)]), as: UTF8.self)
  }

  /// Whether `word`, in small letters, stands at `index`, in whatever case.
  func has(_ word: StaticString, at index: Int) -> Bool {
    guard index >= 0, index + word.utf8CodeUnitCount <= count else { return false }
    for offset in 0..<word.utf8CodeUnitCount
    where bytes[index + offset].lowercased != word.utf8Start[offset] { return false }
    return true
  }

  /// Where `word`, in small letters, stands first in `range`, in whatever case.
  func first(_ word: StaticString, in range: Range<Int>) -> Int? {
    let range = range.clamped(to: 0..<count)
    return range.first { has(word, at: $0) }
  }

  static let newline = UInt8(ascii: "\n")
}

extension UInt8 {
  /// An ASCII capital made small, anything else as it is.
  var lowercased: UInt8 { ByteSet.capitals.contains(self) ? self | 0x20 : self }
}

/// What a name is set to.
struct AssignedValue {
  var range: Range<Int>
  /// Whether it stands between quotes: in a program, what has none is a variable.
  var isQuoted: Bool
}

extension Excerpt {
  /// The value that follows a name that ends at `index`: `name = "value"`, `'name': 'value'`, `name=value`,
  /// `["name"] = "value"`, `<name>value<`. Nil where nothing is assigned there.
  func value(after index: Int) -> AssignedValue? {
    var index = end(of: Self.closing, from: index, limit: 4)
    index = end(of: .blank, from: index, limit: 64)
    if self[index] == UInt8(ascii: "<"), self[index + 1] == UInt8(ascii: "-") { index += 1 }
    guard Self.assignment.contains(self[index]) else { return nil }
    index = end(of: Self.assignment, from: index, limit: 2)
    index = end(of: .blank, from: index, limit: 64)
    // Python's b"" and r"".
    if Self.prefixes.contains(self[index]), Self.quotes.contains(self[index + 1]) { index += 1 }
    return value(at: index)
  }

  /// The value that begins at `index`, with or without quotes.
  func value(at index: Int) -> AssignedValue? {
    var start = index
    // A quote within a quote has a backslash before it.
    if self[start] == UInt8(ascii: "\\"), Self.quotes.contains(self[start + 1]) { start += 1 }
    guard Self.quotes.contains(self[start]) else {
      let end = end(of: Self.unquoted, from: start, limit: 4096)
      return end > start ? AssignedValue(range: start..<end, isQuoted: false) : nil
    }
    let quote = self[start]
    var end = start + 1
    while end < count, bytes[end] != quote, bytes[end] != Self.newline, end - start <= 4096 { end += 1 }
    guard end < count, bytes[end] == quote else { return nil }
    let isEscaped = end > start + 1 && bytes[end - 1] == UInt8(ascii: "\\")
    let last = isEscaped ? end - 1 : end
    return last > start + 1 ? AssignedValue(range: start + 1..<last, isQuoted: true) : nil
  }

  private static let closing = ByteSet("\"'])\\")
  private static let assignment = ByteSet("=:>-")
  private static let quotes = ByteSet("\"'`")
  private static let prefixes = ByteSet("bru")
  private static let unquoted = ByteSet((1...255).filter { !ByteSet.valueEnd.contains($0) })
}
