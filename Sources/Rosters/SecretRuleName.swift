/// The ids of the rules by which images are searched for secrets; docs/secrets.md explains them.
///
/// The rules themselves are in `Secrets`, which knows nothing of rosters: a test there compares the names.
package enum SecretRuleName {
  package static let all = [
    "aws-secret-key", "aws-key-pair", "aws-session-token", "aws-credentials-file", "s3contents-key", "jupyter-secret",
    "private-key", "putty-private-key", "github-token", "github-pat", "gitlab-token", "slack-token", "slack-webhook",
    "npm-token", "pypi-token", "docker-token", "registry-login", "ecr-password", "password-hash", "chpasswd-line",
    "account-hash", "address-password", "netrc-password", "password-file", "config-password",
  ]

  static func check(_ name: String) throws(Flaw) -> String {
    guard !all.contains(name) else { return name }
    let nearest = NearestName.of(name, in: all).map { "did you mean \"\($0)\"?" }
    throw Flaw(
      "\(name.quoted) is no rule of docs/secrets.md", hint: nearest ?? "the rules are \(all.joined(separator: ", "))")
  }
}
