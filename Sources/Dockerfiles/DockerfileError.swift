/// What went wrong in `Dockerfiles`: always an input file (or a name given for one) that is wrong.
package struct DockerfileError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What kind of failure it is; each of them means exit code 65, "an input file is wrong".
  package enum Code: Sendable, Equatable, CaseIterable {
    /// The bytes are not text: NUL, not UTF-8, a line that is too long.
    case encoding
    case syntax
    case unknownInstruction
    /// A flag or a mount option that is unknown, repeated, or has a wrong value.
    case flag
    /// A variable cannot be expanded.
    case expansion
    /// `--target`, `COPY --from` or the like names a stage that is not there.
    case unknownStage
    /// A pattern of `.dockerignore` or of a COPY source is malformed.
    case pattern
  }

  package let code: Code
  /// What is wrong, without the place.
  package let reason: String
  /// The name of the file, as the user gave it.
  package let file: String?
  package let location: SourceLocation?
  /// The line of the file that `location` points into.
  package let sourceLine: String?
  /// What to do about it.
  package let hint: String?

  package init(
    code: Code, reason: String, file: String? = nil, location: SourceLocation? = nil, sourceLine: String? = nil,
    hint: String? = nil
  ) {
    self.code = code
    self.reason = reason
    self.file = file
    self.location = location
    self.sourceLine = sourceLine
    self.hint = hint
  }

  /// `file:line:column: reason`, on one line.
  package var message: String {
    let place = [file, location.map(\.description)].compactMap { $0 }.joined(separator: ":")
    return place.isEmpty ? reason : "\(place): \(reason)"
  }

  /// The source line and below it a caret under the place; nil when the place is not known.
  package var excerpt: String? {
    guard let sourceLine, let location else { return nil }
    var shown = Self.width
    var before = sourceLine.unicodeScalars.prefix(location.column - 1)
    var after = sourceLine.unicodeScalars.dropFirst(location.column - 1)
    if before.count > shown { before = before.suffix(shown) }
    shown = max(Self.width - before.count, Self.width / 2)
    after = after.prefix(shown)
    let text = String(String.UnicodeScalarView((Array(before) + Array(after)).map(Self.printable)))
    let indent = String(String.UnicodeScalarView(before.map { $0 == "\t" ? "\t" : " " }))
    return "  \(text)\n  \(indent)^"
  }

  /// Message, excerpt and hint, for people.
  package var description: String {
    [message, excerpt, hint.map { "hint: \($0)" }].compactMap { $0 }.joined(separator: "\n")
  }

  /// How many columns of a long line an excerpt shows before the caret.
  private static let width = 100

  /// Control characters would move the caret or the cursor of a terminal.
  static func printable(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    scalar.properties.generalCategory == .control && scalar != "\t" ? "\u{FFFD}" : scalar
  }
}
