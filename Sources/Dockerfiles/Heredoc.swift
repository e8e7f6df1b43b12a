/// Text given in the Dockerfile itself, below the instruction that uses it: `<<NAME`, lines, `NAME`.
///
/// Source: Dockerfile reference, "Here-Documents".
package struct Heredoc: Sendable, Hashable {
  /// The delimiter, without quotes; for COPY and ADD also the name of the file.
  package let name: String
  /// The lines between, each with its terminator; without leading tabs when `stripTabs`.
  package var content: String { body.text }
  /// The content, with the place of each of its lines.
  let body: Word
  /// Whether variables in the content are expanded: the delimiter was written without quotes.
  package let expand: Bool
  /// Written `<<-`: tabs at the start of lines are not part of the content.
  package let stripTabs: Bool
  /// The number before `<<`, which matters to a shell only; 0 when there is none.
  package let fileDescriptor: Int
  /// The content and the closing delimiter as they stand in the file.
  let verbatim: String
  /// Where the `<<NAME` stands.
  package let location: SourceLocation

  /// A word that opens a heredoc.
  struct Opening {
    let name: String
    let expand: Bool
    let stripTabs: Bool
    let fileDescriptor: Int
    let place: Fragment

    /// Reads a word such as `<<EOF`, `3<<-'EOF'`; nil when it is something else, such as `<<<` or `<<`.
    init?(_ word: Fragment) {
      let digits = word.scalars.prefix(while: \.isDecimalDigit)
      var rest = word.dropFirst(digits.count)
      guard rest.hasPrefix("<<") else { return nil }
      rest = rest.dropFirst(2)
      stripTabs = rest.hasPrefix("-")
      if stripTabs { rest = rest.dropFirst(1) }
      guard !rest.scalars.contains("<") else { return nil }
      let (name, isQuoted) = Self.unquoted(rest.trimmingLeft().scalars)
      guard !name.isEmpty else { return nil }
      self.name = name
      expand = !isQuoted
      fileDescriptor = Int(String(String.UnicodeScalarView(digits))) ?? 0
      place = word
    }

    /// The word without its quotes, and whether there were some. An escaped quote is part of the name.
    private static func unquoted(_ scalars: [Unicode.Scalar]) -> (String, isQuoted: Bool) {
      var isQuoted = false
      var result = String.UnicodeScalarView()
      var quote: Unicode.Scalar?
      var isEscaped = false
      for scalar in scalars {
        if isEscaped {
          isEscaped = false
          result.append(scalar)
        } else if scalar == "\\", quote != "'" {
          isEscaped = true
        } else if scalar == quote {
          quote = nil
        } else if quote == nil, scalar == "'" || scalar == "\"" {
          quote = scalar
          isQuoted = true
        } else {
          result.append(scalar)
        }
      }
      return (String(result), isQuoted)
    }
  }

  /// The heredocs that a line opens. A line with an open quote has none, as the shell would read on there.
  static func openings(in line: Fragment) -> [Opening] {
    (WordSplitter(escape: "\\").splitForHeredocs(line) ?? []).compactMap(Opening.init)
  }

  /// Reads the lines up to the delimiter.
  ///
  /// - Throws: `.syntax` at the opening when the file ends before.
  init(_ opening: Opening, from reader: inout LineReader) throws(DockerfileError) {
    name = opening.name
    expand = opening.expand
    stripTabs = opening.stripTabs
    fileDescriptor = opening.fileDescriptor
    location = opening.place.start
    var content = ""
    var verbatim = ""
    var runs: [Word.Run] = []
    var count = 0
    while let (line, terminator) = try reader.nextRawLine() {
      let text = stripTabs ? String(line.drop { $0 == "\t" }) : line
      if text == opening.name {
        body = Word(content, runs: runs)
        self.verbatim = verbatim + opening.name
        return
      }
      let start = SourceLocation(line: reader.lineNumber, column: 1)
      let stripped = line.unicodeScalars.count - text.unicodeScalars.count
      runs.append(Word.Run(offset: count, location: start.advanced(by: stripped)))
      count += text.unicodeScalars.count + terminator.unicodeScalars.count
      content += text + terminator
      verbatim += line + terminator
    }
    throw reader.source.error(
      at: location, "the heredoc '\(opening.name)' is never closed",
      hint: "write \(opening.name) alone on a line below its text")
  }
}
