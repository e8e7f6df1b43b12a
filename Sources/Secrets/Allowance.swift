/// What users.yaml allows to be in an image although a rule finds it.
package struct Allowance: Sendable, Hashable {
  /// The rule's id.
  package let rule: String
  /// Where: a path as `Finding` has it; `*` stands for anything but a slash, `**` for anything, `?` for one character.
  package let path: String

  package init(rule: String, path: String) {
    self.rule = rule
    self.path = path
  }

  package func covers(_ finding: Finding) -> Bool {
    finding.rule == rule && Self.matches(Array(path.utf8)[...], Array(finding.path.utf8)[...])
  }

  private static func matches(_ pattern: ArraySlice<UInt8>, _ path: ArraySlice<UInt8>) -> Bool {
    // For each length of the path's beginning, whether the pattern so far fits it.
    var fits = [true] + [Bool](repeating: false, count: path.count)
    var rest = pattern
    while let first = rest.first {
      let crossesSlashes = rest.starts(with: "**".utf8)
      rest = rest.dropFirst(crossesSlashes ? 2 : 1)
      var next = [Bool](repeating: false, count: path.count + 1)
      if first == UInt8(ascii: "*") {
        next[0] = fits[0]
        for (index, byte) in path.enumerated() {
          next[index + 1] = fits[index + 1] || next[index] && (crossesSlashes || byte != UInt8(ascii: "/"))
        }
      } else {
        for (index, byte) in path.enumerated() {
          let isOne = first == byte || first == UInt8(ascii: "?") && byte != UInt8(ascii: "/")
          next[index + 1] = fits[index] && isOne
        }
      }
      fits = next
    }
    return fits[path.count]
  }
}
