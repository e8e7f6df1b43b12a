/// A pattern of `${name#pattern}` and the like: `*` any text, `?` any one character, neither across a line break.
struct ShellPattern {
  enum Length { case shortest, longest }
  enum Occurrences { case first, all }

  private enum Element: Equatable {
    case literal(Unicode.Scalar)
    case any
    case star
  }

  private let elements: [Element]
  /// How many comparisons one use may take: a pattern with a star is slow on a long value.
  private static let maximumEffort = 3_000_000

  /// Nil when a backslash stands before something that needs none.
  init?(_ pattern: Substring) {
    var elements: [Element] = []
    var isEscaped = false
    for scalar in pattern.unicodeScalars {
      if isEscaped {
        guard #"*?\/}"#.unicodeScalars.contains(scalar) else { return nil }
        elements.append(.literal(scalar))
        isEscaped = false
      } else if scalar == "\\" {
        isEscaped = true
      } else if scalar == "*" {
        if elements.last != .star { elements.append(.star) }
      } else {
        elements.append(scalar == "?" ? .any : .literal(scalar))
      }
    }
    guard !isEscaped else { return nil }
    self.elements = elements
  }

  /// Nil when it takes too long.
  func removingPrefix(_ length: Length, of value: String) -> String? {
    let scalars = Array(value.unicodeScalars)
    var effort = 0
    let count = Self.match(elements, scalars[...], length, &effort)
    guard effort <= Self.maximumEffort else { return nil }
    return String(String.UnicodeScalarView(scalars.dropFirst(count ?? 0)))
  }

  /// Nil when it takes too long.
  func removingSuffix(_ length: Length, of value: String) -> String? {
    let scalars = Array(value.unicodeScalars)
    var effort = 0
    let count = Self.match(elements.reversed(), scalars.reversed()[...], length, &effort)
    guard effort <= Self.maximumEffort else { return nil }
    return String(String.UnicodeScalarView(scalars.dropLast(count ?? 0)))
  }

  /// Replaces the leftmost longest matches; nil when the result has more than `maximum` bytes, or takes too long.
  func replacing(_ occurrences: Occurrences, with text: String, in value: String, upTo maximum: Int) -> String? {
    let scalars = Array(value.unicodeScalars)
    var result = String.UnicodeScalarView()
    var length = 0
    var effort = 0
    var isDone = false
    var index = 0
    while index <= scalars.count {
      if !isDone, let count = Self.match(elements, scalars[index...], .longest, &effort) {
        result.append(contentsOf: text.unicodeScalars)
        length += text.utf8.count
        isDone = occurrences == .first
        if count > 0 {
          index += count
          // As in Go, nothing empty is matched right after a match.
          if index == scalars.count { break }
          continue
        }
      }
      if index < scalars.count {
        result.append(scalars[index])
        length += UTF8.width(scalars[index])
      }
      index += 1
      guard length <= maximum, effort <= Self.maximumEffort else { return nil }
    }
    return String(result)
  }

  /// How many scalars at the front the pattern takes; nil when it does not match there.
  ///
  /// Keeps the set of elements that may come next, so the time is at most pattern times text; `effort` counts it.
  private static func match(
    _ elements: [Element], _ text: ArraySlice<Unicode.Scalar>, _ length: Length, _ effort: inout Int
  ) -> Int? {
    effort += 1
    if case .literal(let literal)? = elements.first, text.first != literal { return nil }
    var states = Array(repeating: false, count: elements.count + 1)
    states[0] = true
    var next = states
    var taken = 0
    var found: Int?
    while states.contains(true), effort <= maximumEffort {
      // What follows a star may come next too, as the star may stand for nothing.
      for (state, element) in elements.enumerated() where states[state] && element == .star { states[state + 1] = true }
      if states[elements.count] { found = taken }
      effort += states.count
      guard let scalar = text.dropFirst(taken).first, found == nil || length == .longest else { break }
      for state in next.indices { next[state] = false }
      for (state, element) in elements.enumerated() where states[state] {
        switch element {
        case .literal(let literal): if literal == scalar { next[state + 1] = true }
        case .any: if scalar != "\n" { next[state + 1] = true }
        case .star: if scalar != "\n" { next[state] = true }
        }
      }
      swap(&states, &next)
      taken += 1
    }
    return found
  }
}
