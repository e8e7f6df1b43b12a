/// All rules, and what is needed to look for them at once.
package struct RuleTable: Sendable {
  /// In the order in which docs/secrets.md lists them; of two that find the same bytes, the one comes first whose place does.
  package let rules: [Rule]
  let anchors: AnchorSearch
  /// By the last part of a path: the rules that read such files, for which the whole path decides.
  private let byName: [Substring: [Int]]

  /// Raised with every change of a rule: what was found clean by older ones is looked at again.
  package static let version = 1

  package static let standard = RuleTable(
    Rule.aws + Rule.notebooks + Rule.privateKeys + Rule.tokens + Rule.registries + Rule.accounts + Rule.passwords)

  init(_ rules: [Rule]) {
    self.rules = rules
    anchors = AnchorSearch(
      rules.enumerated().flatMap { index, rule in rule.anchors.map { (word: $0, rule: index) } })
    var byName: [Substring: [Int]] = [:]
    for (index, rule) in rules.enumerated() {
      for end in rule.files.ends { byName[Self.name(end), default: []].append(index) }
    }
    self.byName = byName
  }

  package var ids: [String] { rules.map(\.id) }

  /// The rules that read this file whole.
  func fileRules(for path: String) -> [Int] {
    guard let candidates = byName[Self.name(path)] else { return [] }
    return Set(candidates).filter { rules[$0].files.contains(path) && rules[$0].matchFile != nil }.sorted()
  }

  /// Whether programs keep passwords in a file of that name.
  func isSettings(_ path: String) -> Bool {
    byName[Self.name(path)]?.contains { rules[$0].files.contains(path) } ?? false
  }

  private static func name(_ path: String) -> Substring {
    path[(path.lastIndex(of: "/").map(path.index(after:)) ?? path.startIndex)...]
  }
}
