/// Expands the variables of words, and processes their quotes and escapes, as Docker's own shell lexer does.
///
/// What is expanded, once and when the instruction is carried out:
///
/// | instruction | by `expand` | not |
/// |---|---|---|
/// | ADD, COPY | paths, destination, `--chown`, `--chmod`, `--checksum`, `--exclude`, files unless quoted | `--from` |
/// | ARG | names, defaults | |
/// | ENV, LABEL | names and values, all by the variables before the instruction | |
/// | EXPOSE | ports, by `expandWords` | |
/// | FROM | image, `--platform`, by global arguments only | name |
/// | RUN | values of `--mount`, by `Mount` | `from` in it, the other flags, the command |
/// | STOPSIGNAL, USER, VOLUME, WORKDIR | everything | |
/// | CMD, ENTRYPOINT, HEALTHCHECK, MAINTAINER, ONBUILD, SHELL | | everything |
///
/// Source: Dockerfile reference, "Environment replacement"; POSIX.1-2017 shell language, 2.6.2 for the modifiers.
package struct WordExpander: Sendable {
  /// How a text is to be read.
  enum Mode {
    /// Quotes and escapes are processed and removed.
    case word
    /// The body of a heredoc: quotes are text; only the backslash escapes.
    case content
  }

  /// The longest text that one word may expand to, in UTF-8 bytes. Arguments that double at each step end here.
  static let maximumLength = 1 << 20
  /// How deep `${a:-${b:-...}}` may go.
  static let maximumDepth = 64

  /// Backslash or backtick.
  let escape: Unicode.Scalar
  let source: SourceText

  package init(escape: Unicode.Scalar, source: SourceText) {
    self.escape = escape
    self.source = source
  }

  /// The word with its variables replaced; `lookup` gives nil for one that is not set, which expands to nothing.
  ///
  /// - Throws: `.expansion` at the place in the word: an open quote or brace, an unknown modifier, `${name:?message}`.
  package func expand(_ word: Word, lookup: (String) -> String?) throws(DockerfileError) -> String {
    var lexer = WordLexer(word, escape: escape, mode: .word, source: source)
    return try lexer.lex(lookup).text
  }

  /// The same, split at white space: what an unquoted variable brings is split, what is in quotes is not.
  package func expandWords(_ word: Word, lookup: (String) -> String?) throws(DockerfileError) -> [String] {
    var lexer = WordLexer(word, escape: escape, mode: .word, source: source)
    return try lexer.lex(lookup).words
  }

  /// The word with its variables replaced, and those of them that were not set and had no default.
  func expandNotingUnset(
    _ word: Word, as mode: Mode = .word, lookup: (String) -> String?
  ) throws(DockerfileError) -> (text: String, words: [String], unset: [String]) {
    var lexer = WordLexer(word, escape: mode == .word ? escape : "\\", mode: mode, source: source)
    let (text, words) = try lexer.lex(lookup)
    return (text, words, lexer.unset)
  }

  /// The content of a heredoc of COPY or ADD, its variables replaced if it is one that expands.
  package func expand(_ heredoc: Heredoc, lookup: (String) -> String?) throws(DockerfileError) -> String {
    guard heredoc.expand else { return heredoc.content }
    var lexer = WordLexer(heredoc.body, escape: "\\", mode: .content, source: source)
    return try lexer.lex(lookup).text
  }
}
