/// A named rule of how a Dockerfile should be written.
package struct CheckRule: Sendable, Hashable {
  /// Such as `StageNameCasing`: what `# check=skip=` names.
  package let name: String
  /// What the rule asks for, in a sentence without a full stop.
  package let description: String
  /// Where the rule is explained.
  package let url: String
  /// Looked for only where `experimental=` asks for it.
  package let isExperimental: Bool

  /// A rule of `docker build --check`, by Docker's name for it.
  ///
  /// Source: Docker's reference, "Build checks", https://docs.docker.com/reference/build-checks/.
  static func docker(_ name: String, _ description: String, isExperimental: Bool = false) -> CheckRule {
    CheckRule(
      name: name, description: description, url: "https://docs.docker.com/go/dockerfile/rule/\(hyphenated(name))/",
      isExperimental: isExperimental)
  }

  /// A rule that only this builder has; its example is in `docs/checks.md`.
  static func own(_ name: String, _ description: String) -> CheckRule {
    CheckRule(
      name: name, description: description, url: "docs/checks.md#\(name.lowercased())", isExperimental: false)
  }

  /// `JSONArgsRecommended` is `json-args-recommended`.
  private static func hyphenated(_ name: String) -> String {
    let letters = Array(name)
    var result = ""
    for (index, letter) in letters.enumerated() {
      let followsLower = index > 0 && letters[index - 1].isLowercase
      let endsCapitals = index > 0 && index + 1 < letters.count && letters[index + 1].isLowercase
      if letter.isUppercase, followsLower || endsCapitals { result += "-" }
      result += letter.lowercased()
    }
    return result
  }
}
