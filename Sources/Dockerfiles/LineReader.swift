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
  /// What is wrong with lines that are no UTF-8: nothing as long as they are comments, as they were in older files.
  private var undecodable: [Int: DockerfileError] = [:]
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
      let (text, error) = try Self.decode(line, file: file, number: lines.count + 1)
      if let error { undecodable[lines.count] = error }
      lines.append(text)
    }
    if lines.last == "" { lines.removeLast() }
    source = SourceText(file: file, lines: lines)
    if lines.first?.hasPrefix("#!") == true { try readBelowInterpreter() }
  }

  /// A first line `#!...` makes the file a program; `# syntax=` and `# check=` may stand below it. As in BuildKit,
  /// `# escape=` may not.
  private mutating func readBelowInterpreter() throws(DockerfileError) {
    for (index, line) in source.lines.enumerated().dropFirst() {
      guard try directives.read(Fragment(line.unicodeScalars, line: index + 1), in: source) else { break }
    }
    directives.endBelowInterpreter()
  }

  /// The next logical line that is not blank, from its first scalar that is not white space; nil at the end.
  mutating func nextLine() throws(DockerfileError) -> Fragment? {
    comment = nil
    while let first = try nextPhysicalLine() {
      let line = first.trimmingLeft()
      let isDirective = try directives.read(line, in: source)
      guard !line.hasPrefix("#") else {
        let content = line.dropFirst(1).trimmed()
        comment = isDirective || content.isEmpty ? nil : content.text
        continue
      }
      let text = try joined(line)
      if !text.isEmpty { return text }
      comment = nil
    }
    return nil
  }

  /// The logical line that begins with this physical line.
  private mutating func joined(_ line: Fragment) throws(DockerfileError) -> Fragment {
    var (text, continues) = withoutContinuation(line)
    var hasEmptyLine = false
    while continues, let following = try nextPhysicalLine() {
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
  ///
  /// - Throws: `.encoding` when the line is no UTF-8.
  mutating func nextRawLine() throws(DockerfileError) -> (text: String, terminator: String)? {
    guard source.lines.indices.contains(next) else { return nil }
    if let error = undecodable[next] { throw error }
    defer { next += 1 }
    return (source.lines[next], carriageReturns.contains(next) ? "\r\n" : "\n")
  }

  /// The number of the line that was read last, from 1.
  var lineNumber: Int { next }

  private mutating func nextPhysicalLine() throws(DockerfileError) -> Fragment? {
    guard source.lines.indices.contains(next) else { return nil }
    let line = Fragment(source.lines[next].unicodeScalars, line: next + 1)
    if let error = undecodable[next], line.scalars.first(where: { !$0.isSpace }) != "#" { throw error }
    next += 1
    return line
  }

  /// Takes away an escape character at the end of the line, blanks after it aside; a doubled one is a literal.
  private func withoutContinuation(_ line: Fragment) -> (Fragment, continues: Bool) {
    let length = line.scalars.lastIndex { $0 != " " && $0 != "\t" }
    guard let last = length, line.scalars[last] == directives.escape else { return (line, false) }
    if last > 0, line.scalars[last - 1] == directives.escape { return (line, false) }
    return (line[0..<last], true)
  }

  /// The text of a line, and what is wrong with it, where it is no UTF-8 or has a NUL.
  private static func decode(
    _ line: some BidirectionalCollection<UInt8>, file: String, number: Int
  ) throws(DockerfileError) -> (String, DockerfileError?) {
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
      return (text, nil)
    }
    let error = DockerfileError(
      code: .encoding, reason: isValid ? "the line has a NUL byte" : "the line is not valid UTF-8", file: file,
      location: SourceLocation(line: number, column: offset + 1), sourceLine: text,
      hint: "is this a text file? save it as UTF-8")
    return (text, error)
  }
}
