/// A pattern of file names as COPY and ADD sources have them: `*` any text, `?` any one character, `[a-z]` and `[^a-z]`
/// one of a set, `\` before a character taken literally. Neither `*` nor `?` stands for a slash.
///
/// Source: Go's `filepath.Match` on Unix, which BuildKit uses.
package struct FilePattern: Sendable, Hashable {
  enum Element: Sendable, Hashable {
    case literal(Unicode.Scalar)
    case any
    case star
    case set([ClosedRange<Unicode.Scalar>], isNegated: Bool)
  }

  package let text: String
  private let elements: [Element]

  /// - Throws: `.pattern` for an open or empty set, a range that goes down, or a `\` at the end.
  package init(_ text: String) throws(DockerfileError) {
    self.text = text
    guard let elements = Self.elements(of: Array(text.unicodeScalars)) else {
      throw DockerfileError(
        code: .pattern, reason: "syntax error in pattern '\(text)'",
        hint: "close every [ with ], and write \\ before a character that is meant literally")
    }
    self.elements = elements
  }

  /// Whether the text has any of `*?[\`: if not, it is simply a path.
  package static func hasWildcard(_ text: String) -> Bool {
    text.unicodeScalars.contains { "*?[\\".unicodeScalars.contains($0) }
  }

  /// Whether the whole of `path` matches.
  package func matches(_ path: String) -> Bool {
    let scalars = Array(path.unicodeScalars)
    var element = 0
    var index = 0
    // Where to go on when the text after the last star does not fit: that star takes one more.
    var retry: (element: Int, index: Int)?
    while index < scalars.count || element < elements.count {
      if element < elements.count {
        if elements[element] == .star {
          retry = (element, index + 1)
          element += 1
          continue
        }
        if index < scalars.count, elements[element].matches(scalars[index]) {
          element += 1
          index += 1
          continue
        }
      }
      // A star ends at a slash, so one before it can never help after it.
      guard let star = retry, star.index <= scalars.count, scalars[star.index - 1] != "/" else { return false }
      element = star.element
      index = star.index
      retry = nil
    }
    return true
  }

  private static func elements(of scalars: [Unicode.Scalar]) -> [Element]? {
    var elements: [Element] = []
    var rest = scalars[...]
    while let scalar = rest.popFirst() {
      switch scalar {
      case "*": if elements.last != .star { elements.append(.star) }
      case "?": elements.append(.any)
      case "[":
        guard let set = set(&rest) else { return nil }
        elements.append(set)
      case "\\":
        guard let literal = rest.popFirst() else { return nil }
        elements.append(.literal(literal))
      default: elements.append(.literal(scalar))
      }
    }
    return elements
  }

  /// The rest of a set, its `[` taken; nil when it is malformed.
  static func set(_ rest: inout ArraySlice<Unicode.Scalar>) -> Element? {
    let isNegated = rest.first == "^"
    if isNegated { rest.removeFirst() }
    var ranges: [ClosedRange<Unicode.Scalar>] = []
    var isEmpty = true
    while rest.first != "]" || isEmpty {
      isEmpty = false
      guard let low = member(&rest) else { return nil }
      var high = low
      if rest.first == "-" {
        rest.removeFirst()
        guard let end = member(&rest) else { return nil }
        high = end
      }
      // Go takes a range that goes down as one that is empty.
      if low <= high { ranges.append(low...high) }
      guard !rest.isEmpty else { return nil }
    }
    rest.removeFirst()
    return .set(ranges, isNegated: isNegated)
  }

  private static func member(_ rest: inout ArraySlice<Unicode.Scalar>) -> Unicode.Scalar? {
    guard let scalar = rest.popFirst(), scalar != "-", scalar != "]" else { return nil }
    return scalar == "\\" ? rest.popFirst() : scalar
  }
}

extension FilePattern.Element {
  /// Whether it matches this one scalar; a star is not asked.
  fileprivate func matches(_ scalar: Unicode.Scalar) -> Bool {
    switch self {
    case .literal(let literal): literal == scalar
    case .any: scalar != "/"
    case .set(let ranges, let isNegated): ranges.contains { $0.contains(scalar) } != isNegated
    case .star: false
    }
  }
}
