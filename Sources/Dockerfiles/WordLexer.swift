/// One pass over a word: quotes, escapes, and variables with their modifiers.
struct WordLexer {
  private let word: Word
  private let scalars: [Unicode.Scalar]
  private let escape: Unicode.Scalar
  private let mode: WordExpander.Mode
  private let source: SourceText
  private var index = 0
  private var depth = 0
  /// What variables have brought so far, in UTF-8 bytes.
  private var brought = 0
  /// The variables that were not set and had no default, in order.
  private(set) var unset: [String] = []

  init(_ word: Word, escape: Unicode.Scalar, mode: WordExpander.Mode, source: SourceText) {
    self.word = word
    scalars = Array(word.text.unicodeScalars)
    self.escape = escape
    self.mode = mode
    self.source = source
  }

  mutating func lex(_ lookup: (String) -> String?) throws(DockerfileError) -> (text: String, words: [String]) {
    var words = SplitText()
    try lex(until: nil, keepsEscapes: false, into: &words, lookup)
    return (words.text, words.finish())
  }

  private var current: Unicode.Scalar? { index < scalars.count ? scalars[index] : nil }

  private mutating func take() -> Unicode.Scalar? {
    guard let current else { return nil }
    index += 1
    return current
  }

  private func error(_ reason: String, at offset: Int, hint: String? = nil) -> DockerfileError {
    source.error(.expansion, at: word.location(at: offset), reason, hint: hint)
  }

  /// Reads up to `end`, which is taken too; its absence is reported by the caller, who knows what it closes.
  @discardableResult
  private mutating func lex(
    until end: Unicode.Scalar?, keepsEscapes: Bool, into result: inout SplitText, _ lookup: (String) -> String?
  ) throws(DockerfileError) -> Bool {
    while let scalar = current {
      if scalar == end {
        index += 1
        return true
      }
      if scalar == "$" {
        result.appendSplitting(try variable(lookup))
      } else if mode == .word, scalar == "'" {
        result.append(try singleQuoted())
      } else if mode == .word, scalar == "\"" {
        result.append(try doubleQuoted(keepsEscapes: keepsEscapes, lookup))
      } else if scalar == escape {
        index += 1
        if keepsEscapes { result.append(escape) }
        if let escaped = take() { result.append(escaped) }
      } else {
        index += 1
        result.appendSplitting(scalar)
      }
    }
    return end == nil
  }

  private mutating func singleQuoted() throws(DockerfileError) -> String {
    let start = index
    index += 1
    guard let end = scalars[index...].firstIndex(of: "'") else {
      throw error("a ' is never closed", at: start, hint: "close it, or write \(escape)' for the character itself")
    }
    defer { index = end + 1 }
    return String(String.UnicodeScalarView(scalars[index..<end]))
  }

  private mutating func doubleQuoted(
    keepsEscapes: Bool, _ lookup: (String) -> String?
  ) throws(DockerfileError) -> String {
    let start = index
    index += 1
    var result = String.UnicodeScalarView()
    while let scalar = current {
      if scalar == "$" {
        result.append(contentsOf: try variable(lookup).unicodeScalars)
        continue
      }
      index += 1
      if scalar == "\"" { return String(result) }
      guard scalar == escape else {
        result.append(scalar)
        continue
      }
      if keepsEscapes { result.append(escape) }
      guard let next = current else { break }
      if next == "\"" || next == "$" || next == escape {
        result.append(next)
        index += 1
      } else {
        result.append(scalar)
      }
    }
    throw error("a \" is never closed", at: start, hint: "close it, or write \(escape)\" for the character itself")
  }

  /// Reads `$name` or `${name...}`, and refuses what has grown too large.
  private mutating func variable(_ lookup: (String) -> String?) throws(DockerfileError) -> String {
    let start = index
    let value = try substitution(lookup)
    brought += value.utf8.count
    guard brought <= WordExpander.maximumLength else {
      throw error(
        "the word expands to more than \(WordExpander.maximumLength) bytes", at: start,
        hint: "put long text into a file")
    }
    return value
  }

  private mutating func substitution(_ lookup: (String) -> String?) throws(DockerfileError) -> String {
    let start = index
    index += 1
    guard current == "{" else {
      let name = name()
      return name.isEmpty ? "$" : value(of: name, lookup)
    }
    index += 1
    depth += 1
    defer { depth -= 1 }
    guard depth <= WordExpander.maximumDepth else {
      throw error("variables are nested more than \(WordExpander.maximumDepth) deep", at: start)
    }
    let name = name()
    guard !name.isEmpty else {
      throw error("${ is not followed by a name", at: start, hint: "write ${NAME}, or \(escape)$ for a dollar sign")
    }
    guard let modifier = take() else { throw open(start) }
    switch modifier {
    case "}": return value(of: name, lookup)
    case ":":
      let condition = take()
      guard let condition, "-+?".unicodeScalars.contains(condition) else {
        throw unknown(":" + (condition.map(String.init) ?? ""), start)
      }
      return try conditional(name, condition, emptyIsUnset: true, from: start, lookup)
    case "-", "+", "?": return try conditional(name, modifier, emptyIsUnset: false, from: start, lookup)
    case "#", "%": return try trimmed(name, modifier, from: start, lookup)
    case "/": return try replaced(name, from: start, lookup)
    default: throw unknown(String(modifier), start)
    }
  }

  /// The value of a variable for which nothing stands in when it is not set.
  private mutating func value(of name: String, _ lookup: (String) -> String?) -> String {
    if let value = lookup(name) { return value }
    unset.append(name)
    return ""
  }

  private func unknown(_ modifier: String, _ start: Int) -> DockerfileError {
    error(
      "'\(modifier)' is no modifier of a variable", at: start,
      hint: "the modifiers are :- - :+ + :? ? # ## % %% / //")
  }

  private func open(_ start: Int) -> DockerfileError {
    error("a ${ is never closed", at: start, hint: "close it with }")
  }

  /// Reads up to `end` inside of a `${` that began at `start`.
  private mutating func part(
    until end: Unicode.Scalar, keepsEscapes: Bool, from start: Int, _ lookup: (String) -> String?
  ) throws(DockerfileError) -> String {
    var result = SplitText()
    guard try lex(until: end, keepsEscapes: keepsEscapes, into: &result, lookup) else {
      throw end == "/"
        ? error("the pattern of a ${ has no / after it", at: start, hint: "write ${NAME/OLD/NEW}") : open(start)
    }
    return result.text
  }

  private mutating func conditional(
    _ name: String, _ modifier: Unicode.Scalar, emptyIsUnset: Bool, from start: Int, _ lookup: (String) -> String?
  ) throws(DockerfileError) -> String {
    let word = try part(until: "}", keepsEscapes: false, from: start, lookup)
    let value = lookup(name).flatMap { emptyIsUnset && $0.isEmpty ? nil : $0 }
    switch modifier {
    case "-": return value ?? word
    case "+": return value == nil ? "" : word
    default:
      if let value { return value }
      let reason = lookup(name) == nil ? "is not set" : "is empty"
      throw error(
        "\(name): \(word.isEmpty ? "the variable \(reason)" : word)", at: start, hint: "set it by --build-arg")
    }
  }

  private mutating func trimmed(
    _ name: String, _ modifier: Unicode.Scalar, from start: Int, _ lookup: (String) -> String?
  ) throws(DockerfileError) -> String {
    var text = Substring(try part(until: "}", keepsEscapes: true, from: start, lookup))
    let isLongest = text.unicodeScalars.first == modifier
    if isLongest { text.unicodeScalars.removeFirst() }
    let pattern = try pattern(text, from: start)
    let value = value(of: name, lookup)
    let longest: ShellPattern.Length = isLongest ? .longest : .shortest
    guard
      let rest = modifier == "#"
        ? pattern.removingPrefix(longest, of: value) : pattern.removingSuffix(longest, of: value)
    else { throw error("the pattern of \(name) takes too long to match", at: start, hint: "use fewer stars in it") }
    return rest
  }

  private mutating func replaced(
    _ name: String, from start: Int, _ lookup: (String) -> String?
  ) throws(DockerfileError) -> String {
    let isAll = current == "/"
    if isAll { index += 1 }
    let text = try part(until: "/", keepsEscapes: true, from: start, lookup)
    let replacement = try part(until: "}", keepsEscapes: true, from: start, lookup)
    let pattern = try pattern(Substring(text), from: start)
    let value = value(of: name, lookup)
    guard
      let result = pattern.replacing(
        isAll ? .all : .first, with: replacement, in: value, upTo: WordExpander.maximumLength)
    else { throw error("the replacement in \(name) is too large", at: start, hint: "put long text into a file") }
    return result
  }

  private func pattern(_ text: Substring, from start: Int) throws(DockerfileError) -> ShellPattern {
    guard let pattern = ShellPattern(text) else {
      throw error("the pattern '\(text)' has a wrong escape", at: start, hint: #"only \* \? \\ \/ \} are escapes"#)
    }
    return pattern
  }

  /// A name, a number, or one of the shell's special parameters, which are never set here.
  private mutating func name() -> String {
    let start = index
    if let scalar = current, "@*#?-$!".unicodeScalars.contains(scalar) {
      index += 1
    } else if let scalar = current, scalar.isDecimalDigit {
      while let scalar = current, scalar.isDecimalDigit { index += 1 }
    } else {
      while let scalar = current, scalar == "_" || scalar.properties.isAlphabetic || scalar.isDecimalDigit {
        index += 1
      }
    }
    return String(String.UnicodeScalarView(scalars[start..<index]))
  }
}
