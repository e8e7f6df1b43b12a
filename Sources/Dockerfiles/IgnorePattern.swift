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
  }

  /// The pattern brings back what an earlier one leaves out.
  let isException: Bool
  private let elements: [Element]

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
  }

  /// Whether the pattern stands for the whole of `path`.
  func matches(_ path: some Collection<Unicode.Scalar>) -> Bool {
    states(after: path).contains(elements.count)
  }

  /// Whether a path below the directory might match, so that the directory has to be looked through.
  func mightMatch(below directory: some Collection<Unicode.Scalar>) -> Bool {
    states(after: Array(directory) + ["/"]).contains { $0 < elements.count }
  }

  /// The elements that may come next once `text` is taken; their number stands for the end of the pattern.
  private func states(after text: some Collection<Unicode.Scalar>) -> Set<Int> {
    var states = closure(of: [0])
    var inDirectories: Set<Int> = []
    for scalar in text {
      // A `**/` that has begun goes on over any text, and may end after any slash.
      inDirectories.formUnion(states.filter { $0 < elements.count && elements[$0] == .directories })
      var next = inDirectories
      if scalar == "/" { next.formUnion(inDirectories.map { $0 + 1 }) }
      for state in states where state < elements.count {
        switch elements[state] {
        case .literal(let literal): if literal == scalar { next.insert(state + 1) }
        case .any: if scalar != "/" { next.insert(state + 1) }
        case .star: if scalar != "/" { next.insert(state) }
        case .everything: next.insert(state)
        case .directories: break
        case .set(let ranges, let isNegated):
          if ranges.contains(where: { $0.contains(scalar) }) != isNegated { next.insert(state + 1) }
        }
      }
      states = closure(of: next, begun: inDirectories)
      if states.isEmpty { break }
    }
    return states
  }

  /// The states, and those behind elements that may stand for nothing. A `**/` that has `begun` ends at slashes only.
  private func closure(of states: Set<Int>, begun: Set<Int> = []) -> Set<Int> {
    var closed = states
    for state in states where !begun.contains(state) {
      var state = state
      while state < elements.count, [.star, .everything, .directories].contains(elements[state]) {
        state += 1
        closed.insert(state)
      }
    }
    return closed
  }
}
