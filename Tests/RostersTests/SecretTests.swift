import Testing

@testable import Rosters

/// Secrets are found wherever they stand, and no message repeats one.
@Suite struct SecretTests {
  private static let key = "AKIA" + "IOSFODNN7EXAMPLE"
  private static let secret = "wJalrXUtnFEMI/K7MDENG/" + "bPxRfiCYEXAMPLEKEY"
  private static let hash = "$y$j9T$F5Jx5fExrKuPp53xLKQ..1$X3DX6M94c7o.9agCG9G317fhZg9SqC"

  static let accessKeys = [
    Change("  region: eu-west-1", "  region: ¦\(key)"),
    Change("project: lab", "# ¦\(key)\nproject: lab"),
    Change("may read the blue data", "'for x=¦\(key.replacing("AKIA", with: "ASIA"))'"),
    Change("  region: eu-west-1", "  ¦aws_secret_access_key: \(secret)"),
    Change("  region: eu-west-1", "  '¦SecretAccessKey': '\(secret)'"),
    Change("project: lab", "project: lab  # ¦secret_key=\(secret)"),
    // On one line: one problem.
    Change("  region: eu-west-1", "  region: [¦\(key), \(key)]"),
  ]

  @Test(arguments: accessKeys)
  func accessKey(_ change: Change) throws {
    let (text, place) = try change.applied()
    let expected = try #require(place)
    let problems = Sample.problems(text)
    #expect(
      problems.filter { $0.message == "an AWS access key must never be in this file" }
        .map { [$0.line, $0.column] } == [[expected.line, expected.column]])
    expectNoEcho(of: [Self.key, Self.secret], in: problems)
  }

  static let passwords = [
    Change("name: Ada Lovelace", "¦password: hunter2"),
    Change("name: Ada Lovelace", "¦passwd: hunter2"),
    Change("name: Ada Lovelace", "¦token: hunter2"),
    Change("name: Ada Lovelace", "¦'Initial-Password': [hunter2]"),
    Change("name: Ada Lovelace", "¦password_hash: {x: hunter2}"),
    Change("project: lab", "secrets: {¦db_secret: hunter2}\nproject: lab"),
    Change("  bob:", "  ¦password: hunter2\n  bob:"),
    Change("  bob:", "  ¦DB_PASSWORD: hunter2\n  bob:"),
    Change("port: 8000", "¦secret: hunter2"),
  ]

  @Test(arguments: passwords)
  func password(_ change: Change) throws {
    let (text, place) = try change.applied()
    let expected = try #require(place)
    #expect(
      Sample.problems(text) == [
        RosterProblem(
          line: expected.line, column: expected.column, message: "passwords and secrets are never in this file",
          hint: "remove it: imagesmith run makes one-time passwords, and production reads hashes from a secret")
      ])
  }

  @Test func otherSecrets() throws {
    let found = [
      ("name: Ada Lovelace", "name: '\(Self.hash)'", "a password hash must never be in this file"),
      ("project: lab", "# -----BEGIN RSA PRIVATE KEY-----\nproject: lab", "a private key must never be in this file"),
      (
        "bootstrap: debian/trixie", "mirror: https://me:hunter2@mirror.example/",
        "an address with a password in it must never be in this file"
      ),
    ]
    for (old, new, message) in found {
      let problems = Sample.problems(try Change(old, new).applied().text)
      #expect(problems.contains { $0.message == message })
      expectNoEcho(of: [Self.hash, "hunter2"], in: problems)
    }
  }

  /// Also when the text is not YAML.
  @Test func secretInBrokenYAML() {
    let problems = Sample.problems("a: [\n# \(Self.key)\n")
    #expect(problems.map(\.message).contains("an AWS access key must never be in this file"))
    expectNoEcho(of: [Self.key], in: problems)
  }

  @Test(arguments: [
    "AKIA in words", "AKIAIOSFODNN7EXAMPL", "XAKIAIOSFODNN7EXAMPLE", "AKIAIOSFODNN7EXAMPLE1", "akiaiosfodnn7example",
    "aws_secret_access_key: none", "secret_key is not here", "$5 or $6$", "https://host:8080/a@b", "a PRIVATE KEY",
  ])
  func nearMiss(_ text: String) {
    #expect(Secret.first(in: text) == nil)
  }

  private func expectNoEcho(of secrets: [String], in problems: [RosterProblem]) {
    for problem in problems {
      for secret in secrets { #expect(!problem.rendered(in: "users.yaml").contains(secret)) }
    }
  }
}
