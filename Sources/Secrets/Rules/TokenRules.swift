extension Rule {
  /// Source: the formats of tokens as the services document them.
  static let tokens = [
    Rule(
      "github-token", finds: "a GitHub token",
      told: "`ghp_`, `gho_`, `ghu_`, `ghs_` or `ghr_` and 36 or more random letters and digits",
      hint: revoke, prefixes: ["ghp_", "gho_", "ghu_", "ghs_", "ghr_"], alphabet: .alphanumeric, length: 36...255),
    Rule(
      "github-pat", finds: "a GitHub personal access token",
      told: "`github_pat_`, 22 letters and digits, `_`, 59 more",
      hint: revoke, prefixes: ["github_pat_"], alphabet: .name, length: 82...82),
    Rule(
      "gitlab-token", finds: "a GitLab token",
      told: "`glpat-`, `gldt-`, `glrt-`, `glptt-` or `glcbt-` and 20 or more random characters",
      hint: revoke, prefixes: ["glpat-", "gldt-", "glrt-", "glptt-", "glcbt-"], alphabet: ByteSet(".", and: .base64URL),
      length: 20...255),
    Rule(
      "slack-token", finds: "a Slack token",
      told: "`xoxb-`, `xoxp-`, `xoxa-`, `xoxr-`, `xoxs-` or `xapp-`, and numbers and random letters joined by hyphens",
      hint: revoke, anchors: ["xoxb-", "xoxp-", "xoxa-", "xoxr-", "xoxs-", "xapp-"],
      match: { excerpt, anchor in
        guard let range = excerpt.token(at: anchor, alphabet: ByteSet("-", and: .alphanumeric), length: 30...255),
          excerpt.end(of: ByteSet("A", and: .digits), from: anchor.upperBound) > anchor.upperBound,
          excerpt.bytes[range].count(where: { $0 == UInt8(ascii: "-") }) >= 3,
          Plausibility.entropy(excerpt.bytes[range]) >= 3.5, !Plausibility.isPlaceholder(excerpt.text(range))
        else { return nil }
        return range
      }),
    Rule(
      "slack-webhook", finds: "the address of a Slack webhook",
      told: "`hooks.slack.com/services/T…/B…/` and 20 or more random letters and digits",
      hint: revoke, anchors: ["hooks.slack.com/services/"],
      match: { excerpt, anchor in
        let end = excerpt.end(of: ByteSet("/", and: .alphanumeric), from: anchor.upperBound, limit: 128)
        let parts = excerpt.bytes[anchor.upperBound..<end].split(separator: UInt8(ascii: "/"))
        guard parts.count == 3, parts[2].count >= 20, Plausibility.entropy(parts[2]) >= 3.5,
          !Plausibility.isPlaceholder(excerpt.text(anchor.upperBound..<end))
        else { return nil }
        return anchor.lowerBound..<end
      }),
    Rule(
      "npm-token", finds: "an npm token", told: "`npm_` and 36 random letters and digits", hint: revoke,
      prefixes: ["npm_"], alphabet: .alphanumeric, length: 36...36),
    Rule(
      "pypi-token", finds: "a PyPI token", told: "`pypi-AgE` and 50 or more characters: a macaroon in base64",
      hint: revoke,
      prefixes: ["pypi-AgE"], alphabet: .base64URL, length: 50...1024),
    Rule(
      "docker-token", finds: "a Docker Hub token", told: "`dckr_pat_` or `dckr_oat_` and 24 or more random characters",
      hint: revoke, prefixes: ["dckr_pat_", "dckr_oat_"], alphabet: .base64URL, length: 24...64),
  ]

  private static let revoke = "revoke it where it was made, and take a new one from RUN --mount=type=secret"
}
