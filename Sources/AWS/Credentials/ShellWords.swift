/// The words of a command line, as a POSIX shell splits them, without any expansion.
enum ShellWords {
  /// - Throws: `AWSError.configuration` for a quote without its end.
  static func split(_ line: String, setting: String) throws(AWSError) -> [String] {
    var words: [String] = []
    var word: String?
    var quote: Character?
    var isEscaped = false
    for character in line {
      if isEscaped {
        if quote == "\"", character != "\"", character != "\\" { word = (word ?? "") + "\\" }
        word = (word ?? "") + String(character)
        isEscaped = false
      } else if character == "\\", quote != "'" {
        isEscaped = true
      } else if let open = quote {
        if character == open { quote = nil } else { word = (word ?? "") + String(character) }
      } else if character == "'" || character == "\"" {
        quote = character
        word = word ?? ""
      } else if character.isWhitespace {
        if let finished = word { words.append(finished) }
        word = nil
      } else {
        word = (word ?? "") + String(character)
      }
    }
    guard quote == nil, !isEscaped else {
      throw AWSError(code: .configuration, message: "\(setting): a quote has no end", hint: "Close it.")
    }
    if let word { words.append(word) }
    return words
  }
}
