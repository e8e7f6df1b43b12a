extension Rule {
  /// Source: RFC 3986, section 3.2.1; netrc(5); the documentation of the programs whose files are named.
  static let passwords = [
    Rule(
      "address-password", finds: "an address with a password",
      told: """
        `SCHEME://NAME:PASSWORD@HOST`; in the image's settings and in files that keep such addresses (pip.conf, .git-credentials, \
        sources.list …) any that is no stand-in, elsewhere one that is 10 characters long and random
        """,
      hint: "take the address from RUN --mount=type=secret, and change the password",
      anchors: [
        "http://", "https://", "ftp://", "postgres://", "postgresql://", "mysql://", "mongodb://", "mongodb+srv://",
        "redis://", "rediss://", "amqp://", "amqps://", "ssh://",
      ],
      match: { excerpt, anchor in excerpt.passwordOfAddress(after: anchor.upperBound) },
      files: FileNames(ends: [
        "/pip.conf", "/pip/pip.conf", "/.git-credentials", "/.gitconfig", "/sources.list", "/.condarc", "/.Rprofile",
        "/.Renviron", "/.env", "/uv.toml", "/.curlrc", "/.wgetrc", "/apt.conf",
      ])),
    Rule(
      "netrc-password", finds: "a password in a netrc file",
      told: "a file `.netrc`, `_netrc` or apt's `auth.conf` in which `password` has a value",
      hint: "take the file from RUN --mount=type=secret",
      files: FileNames(ends: ["/.netrc", "/_netrc", "/apt/auth.conf"]),
      matchFile: { file in
        let words = file.words
        return zip(words, words.dropFirst()).compactMap { key, value in
          file.text(key) == "password" && !Plausibility.isPlaceholder(file.text(value)) ? value : nil
        }
      }),
    Rule(
      "password-file", finds: "a password in the settings of a program",
      told:
        "a file `.pypirc`, `.my.cnf`, `.npmrc`, `.env` or `.Renviron` in which a password, secret or token has a value, or `.pgpass`",
      hint: "take the file from RUN --mount=type=secret, or give it to the task at its start",
      files: FileNames(ends: ["/.pypirc", "/.my.cnf", "/.npmrc", "/.pgpass", "/.env", "/.Renviron"]),
      matchFile: { file in
        let found = file.settings.compactMap { name, value in
          let last = name.split(separator: ":").last.map(String.init) ?? name
          return SecretName.isNamed(last) && SecretName.isSecret(file.text(value)) ? value : nil
        }
        // HOST:PORT:DATABASE:NAME:PASSWORD
        let rows = file.lines.compactMap { line -> Range<Int>? in
          let colons = line.filter { file[$0] == UInt8(ascii: ":") }
          guard colons.count == 4, file[line.lowerBound] != UInt8(ascii: "#"), let last = colons.last,
            last + 1 < line.upperBound, SecretName.isSecret(file.text(last + 1..<line.upperBound))
          else { return nil }
          let port = file.text(colons[0] + 1..<colons[1])
          return port == "*" || Int(port) != nil ? last + 1..<line.upperBound : nil
        }
        return found + rows
      }),
    Rule(
      "config-password", finds: "a password or token in the image's settings",
      told: """
        an environment variable, build argument or label whose name ends in PASSWORD, SECRET, TOKEN, API_KEY or so, with a value \
        that is no path, no variable and no stand-in
        """,
      hint: "give it to the task at its start, from Secrets Manager; a build takes it from RUN --mount=type=secret"),
  ]
}

/// Names of variables whose value is a secret.
enum SecretName {
  static func isNamed(_ name: String) -> Bool {
    let word = name.lowercased().filter { $0 != "-" && $0 != "." && $0 != "_" }
    return ends.contains { word.hasSuffix($0) }
  }

  /// Whether what such a name is set to may be one: no switch, no number of few digits, no file.
  static func isSecret(_ value: String) -> Bool {
    let bare = value.filter { $0 != "\"" && $0 != "'" }
    return bare.utf8.count >= 4 && !bare.hasPrefix("/") && !bare.hasPrefix("$") && !bare.hasPrefix("file:")
      && !bare.hasPrefix("arn:") && Int(bare).map({ $0 > 999_999 }) ?? true && !switches.contains(bare.lowercased())
      && !Plausibility.isPlaceholder(bare)
  }

  private static let ends = [
    "password", "passwd", "passphrase", "secret", "token", "apikey", "secretkey", "secretaccesskey", "accesstoken",
    "authtoken", "privatekey", "credentials",
  ]
  private static let switches: Set<String> = ["true", "false", "none", "null", "auto", "disabled", "enabled", "never"]
}

extension Excerpt {
  /// The password of the address whose scheme ends at `index`.
  fileprivate func passwordOfAddress(after index: Int) -> Range<Int>? {
    let end = end(of: Self.authority, from: index, limit: 512)
    guard let at = (index..<end).last(where: { self[$0] == UInt8(ascii: "@") }),
      let colon = (index..<at).first(where: { self[$0] == UInt8(ascii: ":") }), colon + 1 < at
    else { return nil }
    let range = colon + 1..<at
    let password = text(range)
    let host = text(at + 1..<end).lowercased()
    guard !password.contains(where: { "${}()*|\\[]".contains($0) }), !host.isEmpty, !password.hasPrefix("%"),
      !Plausibility.isStandIn(password)
    else { return nil }
    if isSettings { return password.utf8.count >= 3 ? range : nil }
    let decoded = Self.decoded(bytes[range])
    let isRandom =
      decoded.count >= 10 && Plausibility.entropy(decoded) >= 3.2
      && decoded.contains { ByteSet.digits.contains($0) }
      && decoded.contains { ByteSet.alphanumeric.contains($0) && !ByteSet.digits.contains($0) }
    return isRandom && !host.contains("example") && !host.hasPrefix("localhost") && !host.hasPrefix("127.")
      ? range : nil
  }

  /// Without what escapes its characters: each `%HH` as one byte.
  private static func decoded(_ text: some Collection<UInt8>) -> [UInt8] {
    var decoded: [UInt8] = []
    var rest = Array(text)[...]
    while let byte = rest.popFirst() {
      let digits = rest.prefix(2)
      if byte == UInt8(ascii: "%"), digits.count == 2, digits.allSatisfy({ ByteSet.hexadecimal.contains($0) }) {
        decoded.append(UInt8(String(decoding: digits, as: UTF8.self), radix: 16) ?? 0)
        rest = rest.dropFirst(2)
      } else {
        decoded.append(byte)
      }
    }
    return decoded
  }

  /// What an authority is made of, and what in its place is no address (RFC 3986, 3.2).
  private static let authority = ByteSet((0x21...0x7e).filter { !ByteSet("/?#\"'<>`,").contains($0) })

  /// Its words, and where they stand.
  fileprivate var words: [Range<Int>] {
    var words: [Range<Int>] = []
    var at = 0
    while at < count {
      let start = end(of: .space, from: at)
      var end = start
      while end < count, !ByteSet.space.contains(bytes[end]) { end += 1 }
      if end > start { words.append(start..<end) }
      at = max(end, at + 1)
    }
    return words
  }
}
