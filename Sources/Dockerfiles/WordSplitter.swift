/// Splits text at white space outside quotes, as ENV, LABEL and ARG do; quotes and escapes stay in the words.
struct WordSplitter {
  let escape: Unicode.Scalar

  /// The words. A quote that is never closed ends with the text: expansion will complain about it.
  func split(_ text: Fragment) -> [Fragment] { parse(text).words }

  /// The words, with blanks after `<<` part of the word; nil when a quote is never closed.
  func splitForHeredocs(_ text: Fragment) -> [Fragment]? {
    let (words, isBalanced) = parse(text, joinsHeredocs: true)
    return isBalanced ? words : nil
  }

  private func parse(_ text: Fragment, joinsHeredocs: Bool = false) -> (words: [Fragment], isBalanced: Bool) {
    var words: [Fragment] = []
    var begin: Int?
    var quote: Unicode.Scalar?
    var index = 0
    while index < text.count {
      let scalar = text.scalars[index]
      if quote == nil, scalar.isSpace {
        if let start = begin { words.append(text[start..<index]) }
        begin = nil
      } else {
        if begin == nil { begin = index }
        if scalar == escape, quote != "'" {
          index += 1
        } else if joinsHeredocs, quote == nil, text.scalars[index...].starts(with: "<<".unicodeScalars) {
          index += 1
          while index + 1 < text.count, text.scalars[index + 1].isSpace { index += 1 }
        } else if scalar == quote {
          quote = nil
        } else if quote == nil, scalar == "'" || scalar == "\"" {
          quote = scalar
        }
      }
      index += 1
    }
    guard let start = begin else { return (words, true) }
    // An escape with nothing to escape is dropped.
    words.append(text[start..<(index > text.count ? text.count - 1 : text.count)])
    return (words.filter { !$0.isEmpty }, quote == nil)
  }
}
