/// The kinds of secret that are known by their look, wherever they stand: in a value, a key or a comment.
///
/// A finding never holds the secret itself.
enum Secret: Sendable, CaseIterable {
  case accessKey, secretKey, passwordHash, privateKey, addressPassword

  var flaw: Flaw {
    switch self {
    case .accessKey, .secretKey:
      Flaw(
        "an AWS access key must never be in this file",
        hint:
          "remove it and make it invalid in IAM; the tasks get their rights from a role, imagesmith from its profile")
    case .passwordHash:
      Flaw("a password hash must never be in this file", hint: Self.passwordHint)
    case .privateKey:
      Flaw("a private key must never be in this file", hint: "remove it, and replace the key pair")
    case .addressPassword:
      Flaw("an address with a password in it must never be in this file", hint: "remove the part before the @")
    }
  }

  /// What to say where a key of the roster is called password, secret, token or so.
  static let password = Flaw("passwords and secrets are never in this file", hint: passwordHint)

  private static let passwordHint =
    "remove it: imagesmith run makes one-time passwords, and production reads hashes from a secret"

  /// Whether a key's name says that its value is a secret.
  static func isNamed(by key: String) -> Bool {
    let name = String(key.lowercased().filter { $0 != "_" && $0 != "-" && $0 != " " })
    return [
      "password", "passwd", "passphrase", "pwd", "secret", "token", "apikey", "accesskey", "privatekey", "shadow",
    ]
    .contains { name.contains($0) } || ["pass", "hash", "credentials", "credential"].contains(name)
  }

  /// Every secret of the text, at most one of a kind a line.
  static func all(in source: SourceText) -> [Located<Secret>] {
    source.lines.enumerated().flatMap { number, line in
      let scalars = Array(line)
      return allCases.compactMap { secret in
        secret.offset(in: scalars).map {
          Located(value: secret, position: Position(line: number + 1, column: $0 + 1))
        }
      }
    }
  }

  static func first(in text: String) -> Secret? {
    let scalars = Array(text.unicodeScalars)
    return allCases.first { $0.offset(in: scalars) != nil }
  }

  /// Where in the line the secret begins.
  private func offset(in line: [Unicode.Scalar]) -> Int? {
    switch self {
    case .accessKey: Self.accessKey(in: line)
    case .secretKey: Self.secretKey(in: line)
    case .passwordHash: Self.passwordHash(in: line)
    case .privateKey: line.firstOffset(of: "PRIVATE KEY-----")
    case .addressPassword: Self.addressPassword(in: line)
    }
  }

  /// AKIA (a user's) or ASIA (a session's) and 16 more capital letters or digits, not inside a longer word.
  private static func accessKey(in line: [Unicode.Scalar]) -> Int? {
    ["AKIA", "ASIA"].compactMap { prefix in
      line.offsets(of: prefix).first { start in
        let end = start + 20
        return end <= line.count && (start == 0 || !line[start - 1].isAlphanumeric)
          && line[start..<end].allSatisfy { ("A"..."Z").contains($0) || $0.isDigit }
          && (end == line.count || !line[end].isAlphanumeric)
      }
    }.min()
  }

  /// `aws_secret_access_key` or a name like it, a colon or an equals sign, and something after it.
  private static func secretKey(in line: [Unicode.Scalar]) -> Int? {
    let names = ["aws_secret_access_key", "secret_access_key", "secretaccesskey", "aws_session_token", "secret_key"]
    let lowercase = line.map { $0.isCapital ? Unicode.Scalar(UInt8($0.value) | 0x20) : $0 }
    return names.compactMap { name in
      lowercase.offsets(of: name).first { start in
        let after = line[(start + name.count)...].drop { " \t\"'".unicodeScalars.contains($0) }
        guard let sign = after.first, sign == ":" || sign == "=" else { return false }
        let value = after.dropFirst().drop { " \t\"'".unicodeScalars.contains($0) }
        return value.prefix { $0.isBase64 }.count >= 16
      }
    }.min()
  }

  /// The hashes of crypt(5) that begin with `$` and the method's name.
  private static func passwordHash(in line: [Unicode.Scalar]) -> Int? {
    ["$y$", "$gy$", "$7$", "$6$", "$5$", "$1$", "$2a$", "$2b$", "$2y$"].compactMap { prefix in
      line.offsets(of: prefix).first { start in
        line[(start + prefix.count)...].prefix { $0.isBase64 || $0 == "." || $0 == "$" }.count >= 16
      }
    }.min()
  }

  /// `://NAME:PASSWORD@` (RFC 3986, 3.2.1).
  private static func addressPassword(in line: [Unicode.Scalar]) -> Int? {
    line.offsets(of: "://").first { start in
      let authority = line[(start + 3)...].prefix { !" \t\r\n/?#\"'".unicodeScalars.contains($0) }
      guard let at = authority.lastIndex(of: "@"), let colon = authority.firstIndex(of: ":") else { return false }
      return colon < at
    }
  }
}

extension Unicode.Scalar {
  fileprivate var isDigit: Bool { ("0"..."9").contains(self) }
  fileprivate var isCapital: Bool { ("A"..."Z").contains(self) }
  fileprivate var isAlphanumeric: Bool { isDigit || isCapital || ("a"..."z").contains(self) }
  fileprivate var isBase64: Bool { isAlphanumeric || self == "+" || self == "/" || self == "=" }
}

extension [Unicode.Scalar] {
  fileprivate func offsets(of word: String) -> [Int] {
    let word = Array(word.unicodeScalars)
    guard count >= word.count else { return [] }
    return (0...(count - word.count)).filter { self[$0] == word[0] && self[$0..<($0 + word.count)].elementsEqual(word) }
  }

  fileprivate func firstOffset(of word: String) -> Int? { offsets(of: word).first }
}
