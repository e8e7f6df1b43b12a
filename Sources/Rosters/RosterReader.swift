/// Reads `users.yaml`.
///
/// Every problem is found in one go: a problem in one place never hides one in another, only what depends on it. A text
/// that is no YAML at all is the exception: beyond the secrets in it, the first fault is all that can be said.
package struct RosterReader: Sendable {
  /// What messages call the file.
  package let file: String

  /// The size in bytes above which a file is refused unread; a roster of a thousand people has some 60 KB.
  package static let mostBytes = 1 << 20

  package init(file: String = "users.yaml") {
    self.file = file
  }

  /// The roster that the bytes of a file hold, which must be UTF-8; a byte order mark is passed over.
  package func read(_ bytes: some Collection<UInt8>) throws(RosterError) -> Roster {
    guard bytes.count <= Self.mostBytes else { throw error("the file is larger than 1 MiB") }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      let wide = bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF])
      let valid = Self.validPrefix(of: bytes)
      let source = SourceText(valid)
      throw error(
        wide ? "the file is UTF-16" : "a byte here is not UTF-8",
        at: wide ? .start : source.position(of: source.scalars.count), hint: "save the file as UTF-8")
    }
    return try read(text)
  }

  /// The roster that a text holds.
  ///
  /// - Throws: an error of code `.invalid` with every problem of the text.
  package func read(_ text: String) throws(RosterError) -> Roster {
    guard text.utf8.count <= Self.mostBytes else { throw error("the file is larger than 1 MiB") }
    let text = text.unicodeScalars.first == "\u{FEFF}" ? String(text.unicodeScalars.dropFirst()) : text
    var diagnostics = Diagnostics()
    for secret in Secret.all(in: SourceText(text)) {
      diagnostics.reportSecret(secret.value.flaw, at: secret.position)
    }
    let root = YAMLDocument.read(text, &diagnostics)
    if root == nil, diagnostics.isEmpty {
      throw error("the roster is empty", hint: "begin with project, groups and users; imagesmith schema has every key")
    }
    var analysis = RosterAnalysis(diagnostics: diagnostics)
    let roster = root.flatMap { analysis.roster(from: $0) }
    guard analysis.diagnostics.isEmpty, let roster else {
      throw RosterError(file: file, problems: analysis.diagnostics.problems)
    }
    return roster
  }

  private func error(_ message: String, at position: Position = .start, hint: String? = nil) -> RosterError {
    RosterError(
      file: file,
      problems: [RosterProblem(line: position.line, column: position.column, message: message, hint: hint)])
  }

  /// The text before the first byte that is not UTF-8.
  private static func validPrefix(of bytes: some Collection<UInt8>) -> String {
    var decoder = UTF8()
    var iterator = bytes.makeIterator()
    var scalars = String.UnicodeScalarView()
    while case .scalarValue(let scalar) = decoder.decode(&iterator) { scalars.append(scalar) }
    return String(scalars)
  }
}
