/// Collects expanded text both whole and split into words.
struct SplitText {
  private(set) var scalars = String.UnicodeScalarView()
  private var word = String.UnicodeScalarView()
  private var words: [String] = []

  var text: String { String(scalars) }

  /// Adds text in which white space separates words.
  mutating func appendSplitting(_ text: String) {
    for scalar in text.unicodeScalars { appendSplitting(scalar) }
  }

  mutating func appendSplitting(_ scalar: Unicode.Scalar) {
    guard scalar.isSpace else { return append(scalar) }
    scalars.append(scalar)
    endWord()
  }

  /// Adds text in which white space is part of the word.
  mutating func append(_ text: String) {
    for scalar in text.unicodeScalars { append(scalar) }
  }

  mutating func append(_ scalar: Unicode.Scalar) {
    scalars.append(scalar)
    word.append(scalar)
  }

  /// The words; an empty one does not count.
  mutating func finish() -> [String] {
    endWord()
    return words
  }

  private mutating func endWord() {
    if !word.isEmpty { words.append(String(word)) }
    word = String.UnicodeScalarView()
  }
}
