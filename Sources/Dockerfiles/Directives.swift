/// The parser directives at the head of a Dockerfile: `# name=value`, before any comment, blank line or instruction. A
/// first line `#!program` does not count as a comment.
///
/// Source: Dockerfile reference, "Parser directives".
package struct Directives: Sendable, Hashable {
  /// The frontend image that the file asks for, such as `docker/dockerfile:1`. This builder does not load frontends.
  package private(set) var syntax: String?
  /// The character that escapes, and at the end of a line continues it: backslash or backtick.
  package private(set) var escape: Unicode.Scalar = "\\"
  /// How checks are to behave, such as `skip=JSONArgsRecommended;error=true`.
  package private(set) var check: Word?

  private var seen: Set<String> = []
  private var isOver = false

  package init() {}

  /// Takes one line of the file; returns whether it is a directive. Once one is none, no more are looked for.
  mutating func read(_ line: Fragment, in source: SourceText) throws(DockerfileError) -> Bool {
    guard !isOver else { return false }
    guard let (name, value) = Self.split(line), ["syntax", "escape", "check"].contains(name) else {
      isOver = true
      return false
    }
    guard seen.insert(name).inserted else {
      throw source.error(
        at: line.start, "only one \(name) parser directive can be used", hint: "remove this line or the earlier one")
    }
    switch name {
    case "syntax": syntax = value.text
    case "check": check = Word(value)
    default:
      guard value.text == "\\" || value.text == "`", let scalar = value.scalars.first else {
        throw source.error(
          at: value.start, "the escape character is '\(value.text)', but must be \\ or `", hint: "write # escape=`")
      }
      escape = scalar
    }
    return true
  }

  /// Ends what was read below a first line `#!...`, where the escape character cannot be set.
  mutating func endBelowInterpreter() {
    escape = "\\"
    isOver = true
  }

  /// The lower-case name and the value of a line of the form `# name = value`.
  private static func split(_ line: Fragment) -> (String, Fragment)? {
    let line = line.trimmed()
    guard line.hasPrefix("#"), let (left, right) = line.dropFirst(1).split(at: "=") else { return nil }
    let name = left.trimmed()
    let value = right.trimmed()
    guard let first = name.scalars.first, first.isASCIILetter, !value.isEmpty,
      name.scalars.allSatisfy({ $0.isASCIILetter || $0.isDecimalDigit })
    else { return nil }
    return (name.text.lowercased(), value)
  }
}

extension Unicode.Scalar {
  var isASCIILetter: Bool { ("a"..."z").contains(self) || ("A"..."Z").contains(self) }
}
