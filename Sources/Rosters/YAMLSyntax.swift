import Yams

/// What Yams says of a text that is not YAML, in words for people. None of them quotes the text.
enum YAMLSyntax {
  static func flaw(_ error: YamlError, in source: SourceText) -> (Flaw, Position) {
    switch error {
    case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _):
      let position = source.clamped(Position(line: mark.line, column: mark.column))
      if source.scalar(at: position) == "\t" {
        return (Flaw("a tab cannot indent YAML", hint: "use spaces"), position)
      }
      let opened = context.map(\.mark).flatMap {
        $0.line < mark.line ? "; it began on line \($0.line), column \($0.column)" : nil
      }
      return (Flaw("not YAML: \(problem)\(opened ?? "")", hint: hint(for: problem)), position)
    case .composer(_, let problem, let mark, _):
      let position = Position(line: mark.line, column: mark.column)
      if problem.contains("another document") {
        return (Flaw("a second document begins here", hint: "a roster is one document: remove this line"), position)
      }
      return (Flaw("not YAML: \(problem)", hint: "write the value out where it is meant"), position)
    case .reader(let problem, _, _, _):
      return (Flaw("not YAML: \(problem)"), .start)
    default:
      return (Flaw("this cannot be read as YAML"), .start)
    }
  }

  private static func hint(for problem: String) -> String? {
    switch problem {
    case let text where text.contains("mapping values are not allowed"):
      "a value with \": \" in it needs quotes; or the line is indented too far"
    case let text where text.contains("could not find expected ':'"):
      "a key needs a colon and a space after it"
    case let text where text.contains("cannot start any token"):
      "a value that begins with this character needs quotes"
    case let text where text.contains("did not find expected"):
      "look for a bracket, a quote or an indentation that does not match"
    case let text where text.contains("unexpected end of stream"):
      "a quote or a bracket is not closed"
    default: nil
    }
  }
}
