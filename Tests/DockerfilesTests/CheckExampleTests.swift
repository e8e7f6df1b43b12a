import Foundation
import Testing

@testable import Dockerfiles

/// Every example of `docs/checks.md` is tried.
@Suite struct CheckExampleTests {
  /// A rule's section of the page.
  struct Example: Sendable, CustomTestStringConvertible {
    let rule: String
    let bad: String
    let good: String
    var testDescription: String { rule }
  }

  static let examples: [Example] = {
    let page = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../docs/checks.md")
    guard let text = try? String(contentsOf: page, encoding: .utf8) else { return [] }
    return text.components(separatedBy: "\n### ").dropFirst().map { section in
      let blocks = section.components(separatedBy: "```dockerfile\n").dropFirst().map {
        $0.components(separatedBy: "```")[0]
      }
      return Example(
        rule: String(section.prefix { $0 != "\n" }), bad: blocks.first ?? "", good: blocks.dropFirst().first ?? "")
    }
  }()

  private func findings(in text: String) throws -> [Finding] {
    let inputs = CheckInputs(
      ignore: try DockerIgnore.parse("*.log"),
      base: { $0 == "arm64v8/debian:trixie" ? .init(environment: [], platform: "linux/arm64/v8") : nil })
    let inspection = try Inspection(try Dockerfile.parse("# check=experimental=all\n" + text), inputs)
    return inspection.findings
  }

  @Test func explainsEveryRule() {
    #expect(Self.examples.map(\.rule) == Inspection.rules.map(\.name))
  }

  @Test(arguments: examples)
  func findsWhatIsBadAndNothingElse(_ example: Example) throws {
    let bad = try findings(in: example.bad)
    #expect(bad.map(\.rule.name) == [example.rule], "\(bad.map(\.summary))")
    let good = try findings(in: example.good)
    #expect(good.isEmpty, "\(good.map(\.summary))")
  }

  @Test func linksToItsOwnSections() throws {
    for rule in Inspection.rules where rule.url.hasPrefix("docs/") {
      #expect(rule.url == "docs/checks.md#\(rule.name.lowercased())")
    }
    #expect(Inspection.rules.filter { $0.url.hasPrefix("docs/") }.count == 2)
  }
}
