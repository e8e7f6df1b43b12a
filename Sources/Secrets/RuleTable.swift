/// All rules, and what is needed to look for them at once.
package struct RuleTable: Sendable {
  /// In the order in which docs/secrets.md lists them; of two that find the same bytes, the one comes first whose place does.
  package let rules: [Rule]
  let anchors: AnchorSearch
  /// By the last part of a path: the rules that know such files, for which the whole path decides.
  private let byName: [Substring: [Int]]
  /// The last four bytes of those names, by which nearly every other file is told at once.
  private let endings: Set<UInt32>

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
    endings = Set(byName.keys.map { Self.ending(Array($0.utf8)) })
  }

  package var ids: [String] { rules.map(\.id) }

  /// The rules that know a file by its name; programs keep passwords in such files.
  ///
  /// - Parameter path: from the root.
  func rules(forFile path: [UInt8]) -> [Int] {
    guard endings.contains(Self.ending(path)) else { return [] }
    let path = Self.text(path)
    guard let candidates = byName[Self.name(path)] else { return [] }
    return Set(candidates).filter { rules[$0].files.contains(path) }.sorted()
  }

  /// `./etc/shadow` and `etc/shadow` are `/etc/shadow`.
  static func text(_ path: [UInt8]) -> String {
    let parts = path.split(separator: UInt8(ascii: "/")).filter { $0 != [UInt8(ascii: ".")] }
    return "/" + String(decoding: Array(parts.joined(separator: [UInt8(ascii: "/")])), as: UTF8.self)
  }

  private static func ending(_ path: [UInt8]) -> UInt32 { path.suffix(4).reduce(0) { $0 << 8 | UInt32($1) } }

  private static func name(_ path: String) -> Substring {
    path[(path.lastIndex(of: "/").map(path.index(after:)) ?? path.startIndex)...]
  }
}
