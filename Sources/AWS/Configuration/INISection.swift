/// One `[section]` of the INI dialect of AWS's shared files.
///
/// Comments are whole lines that begin with `#` or `;`. An indented line below `key =` belongs to that key: a nested
/// setting such as `endpoint_url` in a `services` section.
///
/// Source: AWS SDKs and Tools Reference Guide, "Shared config and credentials files"; Python's `RawConfigParser`.
struct INISection: Equatable {
  var name: String
  /// Keys in lower case.
  var values: [String: String] = [:]
  /// The indented lines below a key.
  var nested: [String: [String: String]] = [:]

  /// - Throws: `AWSError.configuration`, naming file and line.
  static func parse(_ text: String, path: String) throws(AWSError) -> [INISection] {
    var sections: [INISection] = []
    var parent: String?
    for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
      let content = trim(line)
      if content.isEmpty || content.hasPrefix("#") || content.hasPrefix(";") { continue }
      let isIndented = line.first?.isWhitespace == true
      if !isIndented, content.hasPrefix("[") {
        guard let end = content.firstIndex(of: "]") else {
          throw failure(path, index, "the section's name has no closing bracket")
        }
        let name = trim(content[content.index(after: content.startIndex)..<end])
        sections.append(INISection(name: name))
        parent = nil
        continue
      }
      guard !sections.isEmpty else { throw failure(path, index, "this line comes before the first [section]") }
      let separator = content.firstIndex { $0 == "=" || $0 == ":" }
      let last = sections.count - 1
      if isIndented, let parent {
        guard let separator = content.firstIndex(of: "=") else { continue }
        let key = trim(content[..<separator]).lowercased()
        sections[last].nested[parent, default: [:]][key] = trim(content[content.index(after: separator)...])
      } else if let separator, separator > content.startIndex {
        let key = trim(content[..<separator]).lowercased()
        sections[last].values[key] = trim(content[content.index(after: separator)...])
        parent = key
      } else {
        throw failure(path, index, "this line is not of the form key = value")
      }
    }
    return sections
  }

  private static func trim(_ text: some StringProtocol) -> String {
    let start = text.drop(while: \.isWhitespace)
    guard let end = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
    return String(start[...end])
  }

  /// The line itself may hold a secret: only its number is told.
  private static func failure(_ path: String, _ index: Int, _ reason: String) -> AWSError {
    AWSError(code: .configuration, message: "\(path):\(index + 1): \(reason)", hint: "Correct that line.")
  }
}
