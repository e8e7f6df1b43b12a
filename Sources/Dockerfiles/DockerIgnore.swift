/// A `.dockerignore`: which files of a context do not take part in a build.
///
/// Source: Docker's documentation, "Build context", ".dockerignore files"; moby/patternmatcher.
package struct DockerIgnore: Sendable, Hashable {
  private let patterns: [IgnorePattern]

  /// Nothing is left out.
  package static let none = DockerIgnore(patterns: [])

  /// Whether a pattern brings back what others leave out.
  var hasExceptions: Bool { patterns.contains(where: \.isException) }

  private init(patterns: [IgnorePattern]) { self.patterns = patterns }

  /// Parses the text of a file; `file` is its name in errors.
  ///
  /// One pattern a line, white space around it taken away; `#` in the first column begins a comment; the last pattern
  /// that matches a path, or a directory above it, decides; `!` before a pattern brings back.
  /// - Throws: `.pattern` for `!` alone and for a malformed pattern.
  package static func parse(_ text: String, file: String = ".dockerignore") throws(DockerfileError) -> DockerIgnore {
    let text = text.unicodeScalars.first == "\u{FEFF}" ? String(text.unicodeScalars.dropFirst()) : text
    let lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map { String($0) }
    let source = SourceText(file: file, lines: lines)
    var patterns: [IgnorePattern] = []
    for (index, line) in lines.enumerated() where line.unicodeScalars.first != "#" {
      var text = Fragment(line.unicodeScalars, line: index + 1).trimmed()
      guard !text.isEmpty else { continue }
      let start = text.start
      var isException = text.hasPrefix("!")
      if isException { text = text.dropFirst(1).trimmed() }
      var path = text.isEmpty ? "" : rooted(text.text)
      // Docker looks for the ! once more after cleaning, so that ./!a is an exception too.
      if !isException, path.hasPrefix("!") {
        isException = true
        path.removeFirst()
      }
      guard !path.isEmpty, !isException || path != "/" else {
        throw source.error(.pattern, at: start, "an exception without a pattern", hint: "write the pattern after the !")
      }
      guard let pattern = IgnorePattern(path, isException: isException) else {
        throw source.error(
          .pattern, at: text.start, "syntax error in pattern '\(text.text)'",
          hint: "close every [ with ], and write \\ before a character that is meant literally")
      }
      patterns.append(pattern)
    }
    return DockerIgnore(patterns: patterns)
  }

  /// The pattern cleaned, and relative to the root of the context, where all patterns begin.
  private static func rooted(_ text: String) -> String {
    var path = CleanPath.of(text)
    if path.unicodeScalars.count > 1, path.unicodeScalars.first == "/" { path.unicodeScalars.removeFirst() }
    return path
  }

  /// Whether the file or directory is left out. `path` is relative to the context, with slashes between its parts.
  package func matches(_ path: String) -> Bool {
    let path = Array(CleanPath.of(path).unicodeScalars)
    guard path != ["."] else { return false }
    let prefixes = Self.prefixes(of: path)
    var isIgnored = false
    for pattern in patterns where pattern.isException == isIgnored {
      if prefixes.contains(where: pattern.matches) { isIgnored = !pattern.isException }
    }
    return isIgnored
  }

  /// Whether a directory is left out with all that is below it, so that nobody needs to look into it.
  package func skipsDirectory(_ path: String) -> Bool {
    guard matches(path) else { return false }
    let path = Array(CleanPath.of(path).unicodeScalars)
    return !patterns.contains { $0.isException && $0.mightMatch(below: path) }
  }

  /// The directories above the path, and the path.
  private static func prefixes(of path: [Unicode.Scalar]) -> [ArraySlice<Unicode.Scalar>] {
    path.indices.filter { path[$0] == "/" && $0 > 0 }.map { path[..<$0] } + [path[...]]
  }
}
