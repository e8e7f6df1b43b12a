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
  /// What matching may cost, in comparisons: patterns with stars are slow on long values.
  private static let maximumCost = 100_000_000

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

  func removingPrefix(_ length: Length, of value: String) -> String {
    let scalars = Array(value.unicodeScalars)
    guard let count = Self.match(elements, scalars[...], length) else { return value }
    return String(String.UnicodeScalarView(scalars.dropFirst(count)))
  }

  func removingSuffix(_ length: Length, of value: String) -> String {
    let scalars = Array(value.unicodeScalars)
    guard let count = Self.match(elements.reversed(), scalars.reversed()[...], length) else { return value }
    return String(String.UnicodeScalarView(scalars.dropLast(count)))
  }

  /// Replaces the leftmost longest matches; nil when the result or the work is too large.
  func replacing(_ occurrences: Occurrences, with text: String, in value: String, upTo maximum: Int) -> String? {
    let scalars = Array(value.unicodeScalars)
    let cost = elements.contains(.star) ? scalars.count * scalars.count : scalars.count
    guard cost / Self.maximumCost * max(elements.count, 1) < 1, cost * max(elements.count, 1) <= Self.maximumCost else {
      return nil
    }
    var result = String.UnicodeScalarView()
    var length = 0
    var index = 0
    var isDone = false
    while index <= scalars.count {
      if !isDone, let count = Self.match(elements, scalars[index...], .longest) {
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
      if length > maximum { return nil }
    }
    return String(result)
  }

  /// How many scalars at the front the pattern takes; nil when it does not match there.
  ///
  /// Keeps the set of elements that may come next, so the time is at most pattern times text.
  private static func match(_ elements: [Element], _ text: ArraySlice<Unicode.Scalar>, _ length: Length) -> Int? {
    var states = Set(closure(of: [0], in: elements))
    var found = states.contains(elements.count) ? 0 : nil
    for (offset, scalar) in text.enumerated() {
      if states.isEmpty || (found != nil && length == .shortest) { break }
      var next: [Int] = []
      for state in states where state < elements.count {
        switch elements[state] {
        case .literal(let literal): if literal == scalar { next.append(state + 1) }
        case .any: if scalar != "\n" { next.append(state + 1) }
        case .star: if scalar != "\n" { next.append(state) }
        }
      }
      states = closure(of: next, in: elements)
      if states.contains(elements.count) { found = offset + 1 }
    }
    return found
  }

  /// The states, and those after a star that matches nothing.
  private static func closure(of states: [Int], in elements: [Element]) -> Set<Int> {
    var closed = Set(states)
    for state in states {
      var state = state
      while state < elements.count, elements[state] == .star {
        state += 1
        closed.insert(state)
      }
    }
    return closed
  }
}
