import Foundation
import Testing

@testable import Dockerfiles

/// Compares `.dockerignore` with a second, slow reading of what moby/patternmatcher does: by regular expressions.
@Suite struct DockerIgnoreOracleTests {
  /// One pattern as moby compiles it.
  private struct Oracle {
    private enum Kind { case exact, prefix, suffix, expression }

    let isException: Bool
    private var kind = Kind.exact
    private let pattern: String
    private var expression: NSRegularExpression?

    /// - Parameter line: relative, and without `!` but at its start.
    init?(_ line: String) {
      isException = line.hasPrefix("!")
      pattern = CleanPath.of(isException ? String(line.dropFirst()) : line)
      guard (try? FilePattern(pattern)) != nil else { return nil }
      var text = "^"
      var rest = Array(pattern)[...]
      var isFirst = true
      while let letter = rest.popFirst() {
        defer { isFirst = false }
        switch letter {
        case "*" where rest.first == "*":
          rest.removeFirst()
          if rest.first == "/" { rest.removeFirst() }
          if !rest.isEmpty {
            text += "(.*/)?"
            kind = .expression
          } else if kind == .exact {
            kind = .prefix
          } else {
            text += ".*"
            kind = .expression
          }
          if isFirst { kind = .suffix }
        case "*":
          text += "[^/]*"
          kind = .expression
        case "?":
          text += "[^/]"
          kind = .expression
        case ".", "+", "(", ")", "|", "{", "}", "$": text += "\\\(letter)"
        case "\\":
          text += "\\" + rest.prefix(1)
          rest = rest.dropFirst()
          kind = .expression
        case "[", "]":
          text.append(letter)
          kind = .expression
        default: text.append(letter)
        }
      }
      guard kind == .expression else { return }
      expression = try? NSRegularExpression(pattern: text + "$", options: [.dotMatchesLineSeparators])
      if expression == nil { return nil }
    }

    func matches(_ path: String) -> Bool {
      switch kind {
      case .exact: return path == pattern
      case .prefix: return path.hasPrefix(pattern.dropLast(2))
      case .suffix:
        let suffix = pattern.dropFirst(2)
        return path.hasSuffix(suffix) || (suffix.hasPrefix("/") && path == suffix.dropFirst())
      case .expression:
        return expression?.firstMatch(in: path, range: NSRange(path.startIndex..., in: path)) != nil
      }
    }
  }

  private func isIgnored(_ path: String, by patterns: [Oracle]) -> Bool {
    let parts = path.split(separator: "/")
    var isIgnored = false
    for pattern in patterns where pattern.isException == isIgnored {
      let hits = (1...parts.count).contains { pattern.matches(parts.prefix($0).joined(separator: "/")) }
      if hits { isIgnored = !pattern.isException }
    }
    return isIgnored
  }

  @Test func agrees() throws {
    var generator = SplitMix64(state: 5)
    // No letter stands behind a backslash: moby takes \a and the like for regular expressions, which nobody means.
    let pieces = [
      "a", "b", "ab", "/", "/", "*", "**", "**/", "?", "[ab]", "[^a]", "[a-b]", ".", "\\*", "\\?", "+", "$",
    ]
    let names = ["a", "b", "ab", "ba", "aab", ".", "a.b", "*", "a+", "$"]
    var compared = 0
    for _ in 0..<FuzzCorpus.rounds * 20 {
      let lines = (0..<Int.random(in: 1...3, using: &generator)).map { _ in
        let line = FuzzCorpus.text(of: 1...6, from: pieces, &generator)
        return Bool.random(using: &generator) ? line : "!" + line
      }.filter { !$0.hasPrefix("/") && !$0.hasPrefix("!/") }
      let oracles = lines.map(Oracle.init)
      guard !lines.isEmpty, oracles.allSatisfy({ $0 != nil }) else { continue }
      let ignore = try DockerIgnore.parse(lines.joined(separator: "\n"))
      for _ in 0..<6 {
        let path = CleanPath.of(
          (0..<Int.random(in: 1...4, using: &generator)).map { _ in names.randomElement(using: &generator) ?? "a" }
            .joined(separator: "/"))
        guard path != "." else { continue }
        compared += 1
        let expected = isIgnored(path, by: oracles.compactMap(\.self))
        #expect(ignore.matches(path) == expected, "\(path) by \(lines)")
      }
    }
    #expect(compared > FuzzCorpus.rounds * 10)
  }
}
