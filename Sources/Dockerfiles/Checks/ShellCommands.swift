/// The simple commands of a shell script, each as its words, as far as the text alone tells.
///
/// Quotes are removed, and variables replaced where their value is known. What a shell would work out (`$(...)`, loops,
/// functions) is read as if it were commands in a row: enough to see which programs are called with which arguments.
enum ShellCommands {
  /// What a script is cut at, beside blanks.
  private static let separators: Set<Unicode.Scalar> = [";", "&", "|", "(", ")", "{", "}", "\n", "`"]
  /// Words that stand before a command and are none.
  private static let prefixes: Set<String> = [
    "!", "command", "do", "elif", "else", "env", "exec", "if", "sudo", "then", "time", "until", "while",
  ]

  static func parse(_ script: String, lookup: @escaping (String) -> String?) -> [[String]] {
    var reader = Reader(scalars: Array(script.unicodeScalars), lookup: lookup)
    return reader.commands().map(withoutPrefixes).filter { !$0.isEmpty }
  }

  private static func withoutPrefixes(_ words: [String]) -> [String] {
    Array(words.drop { prefixes.contains($0) || isAssignment($0) })
  }

  private static func isAssignment(_ word: String) -> Bool {
    guard let equals = word.unicodeScalars.firstIndex(of: "=") else { return false }
    let name = word.unicodeScalars[..<equals]
    return !name.isEmpty && name.allSatisfy(isNameScalar)
  }

  private static func isNameScalar(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "_" || scalar.isASCIILetter || scalar.isDecimalDigit
  }

  private struct Reader {
    let scalars: [Unicode.Scalar]
    let lookup: (String) -> String?
    private var index = 0
    private var word = String.UnicodeScalarView()
    /// An empty word in quotes is one too.
    private var isInWord = false
    private var words: [String] = []
    private var all: [[String]] = []

    init(scalars: [Unicode.Scalar], lookup: @escaping (String) -> String?) {
      self.scalars = scalars
      self.lookup = lookup
    }

    mutating func commands() -> [[String]] {
      while let scalar = take() {
        switch scalar {
        case "\\": if let escaped = take(), escaped != "\n" { append(escaped) }
        case "'": quoted(until: "'")
        case "\"": quoted(until: "\"")
        case "$": variable()
        case "#" where !isInWord: skipLine()
        case _ where scalar.isSpace && scalar != "\n": endWord()
        case _ where ShellCommands.separators.contains(scalar): endCommand()
        default: append(scalar)
        }
      }
      endCommand()
      return all
    }

    private mutating func take() -> Unicode.Scalar? {
      guard index < scalars.count else { return nil }
      defer { index += 1 }
      return scalars[index]
    }

    private mutating func append(_ scalar: Unicode.Scalar) {
      word.append(scalar)
      isInWord = true
    }

    private mutating func quoted(until end: Unicode.Scalar) {
      isInWord = true
      while let scalar = take(), scalar != end {
        if scalar == "$", end == "\"" {
          variable()
        } else if scalar == "\\", end == "\"", let escaped = take() {
          append(escaped)
        } else {
          append(scalar)
        }
      }
    }

    /// `$NAME` or `${NAME}`; anything else, and what has no value, stays as it is written.
    private mutating func variable() {
      let start = index
      if index < scalars.count, scalars[index] == "{" { index += 1 }
      let hasBrace = index > start
      let begin = index
      while index < scalars.count, ShellCommands.isNameScalar(scalars[index]) { index += 1 }
      let name = String(String.UnicodeScalarView(scalars[begin..<index]))
      let isClosed = !hasBrace || (index < scalars.count && scalars[index] == "}")
      guard !name.isEmpty, isClosed else {
        index = start
        return append("$")
      }
      if hasBrace { index += 1 }
      for scalar in (lookup(name) ?? (hasBrace ? "${\(name)}" : "$\(name)")).unicodeScalars { append(scalar) }
    }

    private mutating func endWord() {
      if isInWord { words.append(String(word)) }
      word = .init()
      isInWord = false
    }

    private mutating func skipLine() {
      while let scalar = take(), scalar != "\n" {}
      endCommand()
    }

    private mutating func endCommand() {
      endWord()
      if !words.isEmpty { all.append(words) }
      words = []
    }
  }
}
