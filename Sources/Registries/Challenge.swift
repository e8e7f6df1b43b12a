/// How a server wants to be authenticated to, from a `WWW-Authenticate` header.
///
/// Source: RFC 9110, section 11.6.1; RFC 6750, section 3.
struct Challenge: Sendable, Equatable {
  /// Lowercase, such as `basic` or `bearer`.
  var scheme: String
  /// Names are lowercase.
  var parameters: [String: String] = [:]

  /// The one to answer: tokens where there is a server for them, as they go no further than one repository; else Basic.
  static func preferred(of offered: [Challenge]) -> Challenge? {
    offered.first { $0.scheme == "bearer" && $0.parameters["realm"] != nil }
      ?? offered.first { $0.scheme == "basic" } ?? offered.first { $0.scheme == "bearer" }
  }

  /// Every challenge of one header's value, in order. What cannot be read is left out.
  static func parse(_ header: String) -> [Challenge] {
    var scanner = Scanner(rest: header[...])
    var challenges: [Challenge] = []
    while true {
      scanner.skipSeparators()
      guard let word = scanner.token() else { return challenges }
      if scanner.takesEquals() {
        let value = scanner.value()
        guard !challenges.isEmpty else { continue }
        challenges[challenges.count - 1].parameters[word.lowercased()] = value
      } else {
        challenges.append(Challenge(scheme: word.lowercased(), parameters: [:]))
      }
    }
  }
}

private struct Scanner {
  var rest: Substring

  mutating func skipSeparators() {
    // A character that no token begins with is passed over, so that the scan always moves.
    rest = rest.drop { !Self.isTokenCharacter($0) }
  }

  mutating func token() -> String? {
    let word = rest.prefix(while: Self.isTokenCharacter)
    rest = rest[word.endIndex...]
    return word.isEmpty ? nil : String(word)
  }

  /// Whether an equals sign comes next, white space around it allowed; then it is passed.
  mutating func takesEquals() -> Bool {
    let next = rest.drop(while: \.isWhitespace)
    guard next.first == "=" else { return false }
    rest = next.dropFirst().drop(while: \.isWhitespace)
    return true
  }

  mutating func value() -> String {
    guard rest.first == "\"" else { return token() ?? "" }
    rest = rest.dropFirst()
    var value = ""
    while let character = rest.popFirst(), character != "\"" {
      guard character == "\\", let escaped = rest.popFirst() else {
        value.append(character)
        continue
      }
      value.append(escaped)
    }
    return value
  }

  private static func isTokenCharacter(_ character: Character) -> Bool {
    guard let byte = character.asciiValue else { return false }
    return character.isLetter || character.isNumber || "!#$%&'*+-.^_`|~/:".utf8.contains(byte)
  }
}
