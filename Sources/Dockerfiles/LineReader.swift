/// Cuts a Dockerfile into logical lines: directives read, comments dropped, continuations joined.
///
/// Source: Dockerfile reference, "Format" and "Escape"; the parser of BuildKit for what the reference leaves open.
struct LineReader {
  /// BuildKit's own limit on a physical line, in bytes: a file that builds here builds there.
  static let maximumLineLength = 65_535

  private(set) var source: SourceText
  private(set) var directives = Directives()
  /// The comment on the line above the logical line that was read last, without its `#`; nil when there is none.
  private(set) var comment: String?
  /// The last line of each logical line that goes on over an empty line.
  private(set) var emptyContinuations: [Int] = []
  private var next = 0
  /// The lines that end in CR LF: in the body of a heredoc the CR is content.
  private var carriageReturns: Set<Int> = []

  /// - Throws: `.encoding` when the bytes are no UTF-8 text, hold a NUL, or have a line that is too long.
  init(_ bytes: some Sequence<UInt8>, file: String) throws(DockerfileError) {
    var bytes = Array(bytes)
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
    var lines: [String] = []
    for raw in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      let hasReturn = raw.last == UInt8(ascii: "\r")
      if hasReturn { carriageReturns.insert(lines.count) }
      let line = hasReturn ? raw.dropLast() : raw
      lines.append(try Self.decode(line, file: file, number: lines.count + 1))
    }
    if lines.last == "" { lines.removeLast() }
    source = SourceText(file: file, lines: lines)
  }

  /// The next logical line that is not blank, from its first scalar that is not white space; nil at the end.
  mutating func nextLine() throws(DockerfileError) -> Fragment? {
    comment = nil
    while let first = nextPhysicalLine() {
      let line = first.trimmingLeft()
      let isDirective = try directives.read(line, in: source)
      guard !line.hasPrefix("#") else {
        let content = line.dropFirst(1).trimmed()
        comment = isDirective || content.isEmpty ? nil : content.text
        continue
      }
      let text = joined(line)
      if !text.isEmpty { return text }
      comment = nil
    }
    return nil
  }

  /// The logical line that begins with this physical line.
  private mutating func joined(_ line: Fragment) -> Fragment {
    var (text, continues) = withoutContinuation(line)
    var hasEmptyLine = false
    while continues, let following = nextPhysicalLine() {
      let content = following.trimmingLeft()
      hasEmptyLine = hasEmptyLine || content.isEmpty
      if content.isEmpty || content.hasPrefix("#") { continue }
      let piece: Fragment
      (piece, continues) = withoutContinuation(following)
      text.append(piece)
    }
    if hasEmptyLine { emptyContinuations.append(next) }
    return text.trimmed()
  }

  /// The next line as it stands, and what ends it, as the body of a heredoc needs it; nil at the end.
  mutating func nextRawLine() -> (text: String, terminator: String)? {
    guard source.lines.indices.contains(next) else { return nil }
    defer { next += 1 }
    return (source.lines[next], carriageReturns.contains(next) ? "\r\n" : "\n")
  }

  /// The number of the line that was read last, from 1.
  var lineNumber: Int { next }

  private mutating func nextPhysicalLine() -> Fragment? {
    guard let (text, _) = nextRawLine() else { return nil }
    return Fragment(text.unicodeScalars, line: next)
  }

  /// Takes away an escape character at the end of the line, blanks after it aside; a doubled one is a literal.
  private func withoutContinuation(_ line: Fragment) -> (Fragment, continues: Bool) {
    let length = line.scalars.lastIndex { $0 != " " && $0 != "\t" }
    guard let last = length, line.scalars[last] == directives.escape else { return (line, false) }
    if last > 0, line.scalars[last - 1] == directives.escape { return (line, false) }
    return (line[0..<last], true)
  }

  private static func decode(
    _ line: some BidirectionalCollection<UInt8>, file: String, number: Int
  ) throws(DockerfileError) -> String {
    let text = String(decoding: line, as: UTF8.self)
    if line.count > maximumLineLength {
      throw DockerfileError(
        code: .encoding, reason: "the line has \(line.count) bytes, more than \(maximumLineLength)", file: file,
        location: SourceLocation(line: number, column: 1),
        hint: "break it with \\, or COPY the text in from a file")
    }
    let isValid = text.utf8.elementsEqual(line)
    let wrong: Unicode.Scalar = isValid ? "\0" : "\u{FFFD}"
    guard let offset = text.unicodeScalars.enumerated().first(where: { $0.element == wrong })?.offset else {
      return text
    }
    throw DockerfileError(
      code: .encoding, reason: isValid ? "the line has a NUL byte" : "the line is not valid UTF-8", file: file,
      location: SourceLocation(line: number, column: offset + 1), sourceLine: text,
      hint: "is this a text file? save it as UTF-8")
  }
}
