/// One pattern of a `.dockerignore`: `*`, `?`, `[a-z]` and `\` as in `FilePattern`, and `**` for any number of
/// directories, or of anything at the end.
///
/// Source: moby/patternmatcher, whose odd corners are kept where a file could depend on them.
struct IgnorePattern: Sendable, Hashable {
  private enum Element: Sendable, Hashable {
    case literal(Unicode.Scalar)
    /// Any one scalar but a slash.
    case any
    /// Any text without a slash.
    case star
    /// Any text: `**` at the end, or before the only name of the pattern.
    case everything
    /// `**/` elsewhere: nothing, or any text that ends in a slash.
    case directories
    case set([ClosedRange<Unicode.Scalar>], isNegated: Bool)

    /// Whether it may stand for nothing.
    var mayBeEmpty: Bool { self == .star || self == .everything || self == .directories }
  }

  /// The pattern brings back what an earlier one leaves out.
  let isException: Bool
  private let elements: [Element]
  /// The pattern itself, when nothing in it stands for anything else: most are so.
  private let plain: [Unicode.Scalar]?

  /// `text` is cleaned and without its `!`. Nil when it is malformed.
  init?(_ text: String, isException: Bool) {
    self.isException = isException
    var elements: [Element] = []
    var rest = Array(text.unicodeScalars)[...]
    while let scalar = rest.popFirst() {
      switch scalar {
      case "*" where rest.first == "*":
        rest.removeFirst()
        if rest.first == "/" { rest.removeFirst() }
        elements.append(rest.isEmpty ? .everything : .directories)
      case "*": elements.append(.star)
      case "?": elements.append(.any)
      case "\\":
        guard let literal = rest.popFirst() else { return nil }
        elements.append(.literal(literal))
      case "[":
        guard case .set(let ranges, let isNegated)? = FilePattern.set(&rest) else { return nil }
        elements.append(.set(ranges, isNegated: isNegated))
      default: elements.append(.literal(scalar))
      }
    }
    // `**name` stands for any path that ends so, but only when nothing else in it is a wildcard.
    let tail = text.unicodeScalars.dropFirst(2)
    if text.hasPrefix("**"), tail.first != "/", !tail.contains(where: "*?[]\\".unicodeScalars.contains) {
      elements[0] = .everything
    }
    self.elements = elements
    let literals = elements.compactMap { if case .literal(let scalar) = $0 { scalar } else { nil } }
    plain = literals.count == elements.count ? literals : nil
  }

  /// Whether the pattern stands for the whole of `path`.
  func matches(_ path: ArraySlice<Unicode.Scalar>) -> Bool {
    if let plain { return plain.elementsEqual(path) }
    return states(after: path)[elements.count]
  }

  /// Whether a path below the directory might match, so that the directory has to be looked through.
  func mightMatch(below directory: [Unicode.Scalar]) -> Bool {
    if let plain { return plain.count > directory.count + 1 && plain.starts(with: directory + ["/"]) }
    return states(after: (directory + ["/"])[...]).dropLast().contains(true)
  }

  /// For each element whether it may come next once `text` is taken, and last whether the pattern may end there.
  private func states(after text: ArraySlice<Unicode.Scalar>) -> [Bool] {
    var states = Array(repeating: false, count: elements.count + 1)
    var next = states
    // A `**/` that has begun goes on over any text, and may end after any slash.
    var begun = states
    states[0] = true
    close(&states)
    for scalar in text {
      for state in next.indices { next[state] = false }
      var isOver = true
      for (state, element) in elements.enumerated() where states[state] || begun[state] {
        isOver = false
        switch element {
        case .literal(let literal): if literal == scalar { next[state + 1] = true }
        case .any: if scalar != "/" { next[state + 1] = true }
        case .star: if scalar != "/" { next[state] = true }
        case .everything: next[state] = true
        case .directories:
          begun[state] = true
          if scalar == "/" { next[state + 1] = true }
        case .set(let ranges, let isNegated):
          if ranges.contains(where: { $0.contains(scalar) }) != isNegated { next[state + 1] = true }
        }
      }
      if isOver { return Array(repeating: false, count: states.count) }
      close(&next)
      swap(&states, &next)
    }
    for (state, element) in elements.enumerated() where element == .directories && begun[state] { states[state] = true }
    return states
  }

  /// Adds what is behind elements that may stand for nothing.
  private func close(_ states: inout [Bool]) {
    for (state, element) in elements.enumerated() where states[state] && element.mayBeEmpty {
      states[state + 1] = true
    }
  }
}
