/// A text with places to fill: `{{name}}`, and sections between the lines `{{#name}}` and `{{/name}}` that are left out
/// when the value of `name` is empty. Sections do not nest.
///
/// Source: the notation is that of mustache(5), of which this is the part that the templates use.
struct Template {
  private let lines: [Substring]

  init(_ bytes: [UInt8]) {
    lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
  }

  /// The text with every place filled.
  ///
  /// Throws an error of code `template` for a name without a value, or a section that does not end.
  func filled(with values: [String: String]) throws(RecipeError) -> String {
    var result: [String] = []
    var section: (name: String, shown: Bool)?
    for line in lines {
      if let name = line.content(between: "{{#", and: "}}") {
        guard section == nil else { throw Self.mistake("the section \(name) is inside another") }
        section = (name, try !Self.value(of: name, in: values).isEmpty)
      } else if let name = line.content(between: "{{/", and: "}}") {
        guard section?.name == name else { throw Self.mistake("the section \(name) ends and never began") }
        section = nil
      } else if section?.shown ?? true {
        result.append(try Self.filled(line, with: values))
      }
    }
    if let section { throw Self.mistake("the section \(section.name) does not end") }
    return result.joined(separator: "\n")
  }

  private static func filled(_ line: Substring, with values: [String: String]) throws(RecipeError) -> String {
    var result = ""
    var rest = line
    while let open = rest.firstRange(of: "{{"), let close = rest[open.upperBound...].firstRange(of: "}}") {
      result += rest[..<open.lowerBound]
      result += try value(of: String(rest[open.upperBound..<close.lowerBound]), in: values)
      rest = rest[close.upperBound...]
    }
    return result + rest
  }

  private static func value(of name: String, in values: [String: String]) throws(RecipeError) -> String {
    guard let value = values[name] else { throw mistake("there is no value for \(name)") }
    return value
  }

  private static func mistake(_ what: String) -> RecipeError {
    RecipeError(code: .template, message: "a template of the recipe is wrong: \(what)")
  }
}

extension Substring {
  fileprivate func content(between start: String, and end: String) -> String? {
    guard hasPrefix(start), hasSuffix(end) else { return nil }
    return String(dropFirst(start.count).dropLast(end.count))
  }
}
