import Native
import OCI
import Rosters
import Testing

@testable import Secrets

struct RuleTests {
  private let table = RuleTable.standard

  @Test("each rule finds its secrets, each once", arguments: RuleCase.hits)
  func hit(_ example: RuleCase) {
    let found = table.hits(Array(example.text.utf8), path: example.path)
    #expect(found.map { table.rules[$0.rule].id } == [example.rule])
  }

  @Test("and leaves alone what looks like them", arguments: RuleCase.misses)
  func miss(_ example: RuleCase) {
    let found = table.hits(Array(example.text.utf8), path: example.path).map { table.rules[$0.rule].id }
    #expect(!found.contains(example.rule))
  }

  @Test("every rule has hits and near misses here")
  func completeness() {
    // The one for settings alone is tried with configs.
    let ids = Set(table.ids).subtracting(["config-password"])
    #expect(Set(RuleCase.hits.map(\.rule)) == ids)
    #expect(Set(RuleCase.misses.map(\.rule)) == ids)
  }

  @Test("what is kept and told of a secret never has it in it", arguments: RuleCase.hits)
  func secrecy(_ example: RuleCase) throws {
    let scan = LayerScan()
    scan.begin(Array(example.path.utf8.dropFirst()), size: example.text.utf8.count)
    Array(example.text.utf8).withUnsafeBytes { scan.take($0) }
    scan.end()
    #expect(scan.result.findings.count == 1)
    let secret = String(decoding: try #require(scan.secrets.first), as: UTF8.self)
    #expect(example.text.contains(secret.prefix(40)))
    let rule = try #require(table.rules.first { $0.id == example.rule })
    let told = scan.result.findings.map(\.place) + [rule.finds, rule.told, rule.hint]
    let kept = String(decoding: try CanonicalJSON.encode(scan.result), as: UTF8.self)
    for text in told + [kept] { #expect(!text.contains(secret)) }
  }

  @Test("names of rules are unique, and those that users.yaml knows")
  func names() {
    #expect(Set(table.ids).count == table.ids.count)
    #expect(table.ids == SecretRuleName.all)
    #expect(table.rules.allSatisfy { rule in rule.anchors.allSatisfy { $0.utf8.count >= 4 } })
  }

  @Test("docs/secrets.md has the table as it is", arguments: RuleTable.standard.rules.map(\.id))
  func documentation(id: String) throws {
    let rule = try #require(table.rules.first { $0.id == id })
    let folder = try #require(#filePath.ranges(of: "/Tests/SecretsTests/").last).lowerBound
    let file = try FileDescriptor.open("\(#filePath[..<folder])/docs/secrets.md").readAll(limit: 1 << 20)
    let told = rule.told.replacing("|", with: "&#124;")
    #expect(String(decoding: file, as: UTF8.self).contains("| `\(id)` | \(rule.finds) | \(told) |\n"))
  }

  @Test("anchors are found in any case, wherever they stand, and between letters")
  func anchors() {
    let words = table.rules.flatMap(\.anchors)
    for (number, word) in words.enumerated() {
      let text = Array((String(repeating: "a", count: number) + word.uppercased() + "b").utf8)
      var found: [String] = []
      text.withUnsafeBytes { bytes in
        table.anchors.forEach(in: bytes, 0..<bytes.count) { rule, anchor in
          found.append("\(rule) \(String(decoding: text[anchor], as: UTF8.self).lowercased())")
        }
      }
      let rule = table.rules.firstIndex { $0.anchors.contains(word) } ?? -1
      #expect(found.contains("\(rule) \(word.lowercased())"))
    }
  }

  @Test(
    "what files are full of is not looked at twice",
    arguments: ["   ", "---", "===", "the", "ing", " = ", "sel", "***"])
  func usual(three: String) {
    #expect(!table.anchors.marks(three))
  }

  @Test("zeros and bytes of programs neither")
  func zeros() {
    #expect(!table.anchors.marks("\0\0\0"))
    #expect(!table.anchors.marks("\u{1}\0\0"))
  }
}
