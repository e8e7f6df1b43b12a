/// One instruction, taken apart as far as all of them are alike: name, flags, arguments, heredocs.
struct InstructionText {
  /// In capitals.
  let name: String
  var flags: FlagReader
  let arguments: Fragment
  let heredocs: [Heredoc]
  let escape: Unicode.Scalar
  let source: SourceText
  /// Where the name of the instruction stands.
  let location: SourceLocation

  init(_ line: Fragment, heredocs: [Heredoc], escape: Unicode.Scalar, source: SourceText) {
    let (first, rest) = line.splitFirstWord()
    name = first.text.uppercased()
    location = first.start
    var arguments = rest
    flags = FlagReader(&arguments, of: name, in: source)
    self.arguments = arguments
    self.heredocs = heredocs
    self.escape = escape
    self.source = source
  }

  /// The arguments, split at blanks; there must be some.
  func words() throws(DockerfileError) -> [Word] {
    try wholeArgument()
    return arguments.splitBlanks().map(Word.init)
  }

  /// The arguments as a JSON array of strings, or else split at blanks; there must be some.
  func pathWords() throws(DockerfileError) -> [Word] {
    try wholeArgument()
    if let strings = try JSONStrings.parse(arguments, in: source) { return strings.map(Word.init) }
    return arguments.splitBlanks().map(Word.init)
  }

  /// All of the arguments as one word.
  @discardableResult
  func wholeArgument() throws(DockerfileError) -> Word {
    guard !arguments.isEmpty else {
      throw error("\(name) has no argument", hint: "write \(name) and its argument, or take the line away")
    }
    return Word(arguments)
  }

  /// An error at the arguments.
  func error(_ reason: String, hint: String? = nil) -> DockerfileError {
    source.error(at: arguments.isEmpty ? location : arguments.start, reason, hint: hint)
  }
}
