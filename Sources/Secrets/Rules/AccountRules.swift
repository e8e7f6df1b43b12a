extension Rule {
  /// Source: shadow(5), crypt(5), chpasswd(8).
  static let accounts = [
    Rule(
      "password-hash", finds: "the hash of a password",
      told: """
        a line of a file `shadow`, `gshadow`, `passwd` or `.htpasswd`, or of one with a hyphen at the end, whose second field is \
        a hash of crypt(5); `*`, `!` and `x` are none
        """,
      hint: "lock the account (passwd --lock): hashes come when a task starts, from the secret PROJECT/GROUP/shadow",
      files: FileNames(ends: [
        "/shadow", "/shadow-", "/gshadow", "/gshadow-", "/passwd", "/passwd-", "/.htpasswd", "/htpasswd",
      ]),
      matchFile: { file in file.lines.compactMap { file.hashOfAccount(in: $0) } }),
    Rule(
      "chpasswd-line", finds: "a password given to chpasswd",
      told: "`NAME:PASSWORD` that goes into `chpasswd` by a pipe, `<<<` or `<<`; variables do not count",
      hint: "leave the account locked: hashes come when a task starts, from the secret PROJECT/GROUP/shadow",
      anchors: ["chpasswd"],
      match: { excerpt, anchor in excerpt.chpasswdLine(around: anchor) }),
    Rule(
      "account-hash", finds: "the hash of a password given to useradd or usermod",
      told: "`useradd` or `usermod` on a line with a hash of crypt(5)",
      hint: "leave the account locked: hashes come when a task starts, from the secret PROJECT/GROUP/shadow",
      anchors: ["useradd ", "usermod "],
      match: { excerpt, anchor in
        let line = excerpt.line(at: anchor.lowerBound)
        return (anchor.upperBound..<line.upperBound).lazy.compactMap { excerpt.cryptHash(at: $0) }.first
      }),
  ]
}

extension Excerpt {
  /// Its lines, without their ends.
  var lines: [Range<Int>] {
    var lines: [Range<Int>] = []
    var start = 0
    while start < count {
      var end = start
      while end < count, bytes[end] != Self.newline { end += 1 }
      lines.append(start..<end)
      start = end + 1
    }
    return lines
  }

  /// The hash of an account's line, locked by `!` or not.
  fileprivate func hashOfAccount(in line: Range<Int>) -> Range<Int>? {
    let name = end(of: Self.accountName, from: line.lowerBound)
    guard name > line.lowerBound, self[name] == UInt8(ascii: ":") else { return nil }
    let field = end(of: ByteSet("!*"), from: name + 1)
    var end = field
    while end < line.upperBound, self[end] != UInt8(ascii: ":"), self[end] != UInt8(ascii: "\r") { end += 1 }
    if let hash = cryptHash(at: field) { return hash }
    // The oldest method: 13 characters, without any mark. Of extended DES, 20 that begin with an underline.
    let isDES = end - field == 13 || end - field == 20 && self[field] == UInt8(ascii: "_")
    let alphabet = ByteSet("./_", and: .alphanumeric)
    return isDES && self.end(of: alphabet, from: field) == end ? field..<end : nil
  }

  /// A hash that begins with `$`, the method and `$`.
  fileprivate func cryptHash(at index: Int) -> Range<Int>? {
    guard self[index] == UInt8(ascii: "$") else { return nil }
    let method = end(of: .alphanumeric, from: index + 1, limit: 12)
    guard method > index + 1, self[method] == UInt8(ascii: "$"),
      Self.methods.contains(text(index + 1..<method))
    else { return nil }
    let end = end(of: ByteSet("./$,=+-", and: .alphanumeric), from: method + 1, limit: 512)
    guard end - method >= 20, Plausibility.entropy(bytes[method..<end]) >= 3 else { return nil }
    return index..<end
  }

  private static let methods: Set<String> = [
    "1", "2a", "2b", "2x", "2y", "5", "6", "7", "y", "gy", "md5", "sha1", "apr1", "argon2id", "argon2i",
  ]
  private static let accountName = ByteSet("-.", and: .name)

  fileprivate func chpasswdLine(around anchor: Range<Int>) -> Range<Int>? {
    let line = line(at: anchor.lowerBound)
    // echo NAME:PASSWORD | chpasswd
    let before = line.lowerBound..<anchor.lowerBound
    if let pipe = before.last(where: { self[$0] == UInt8(ascii: "|") }) {
      let command = (line.lowerBound..<pipe).last { ByteSet("|;&").contains(self[$0]) }.map { $0 + 1 }
      if let found = account(in: (command ?? line.lowerBound)..<pipe) { return found }
    }
    // chpasswd <<< NAME:PASSWORD, and chpasswd <<END
    guard let here = (anchor.upperBound..<line.upperBound).first(where: { has("<<", at: $0) }) else { return nil }
    if self[here + 2] == UInt8(ascii: "<") { return account(in: here + 3..<line.upperBound) }
    let next = self.line(at: line.upperBound + 1)
    return account(in: next)
  }

  /// `NAME:PASSWORD`, in quotes or not.
  private func account(in range: Range<Int>) -> Range<Int>? {
    for colon in range where self[colon] == UInt8(ascii: ":") {
      let name = start(of: Self.accountName, before: colon, limit: colon - range.lowerBound)
      let opening = self[name - 1]
      guard name < colon, name == range.lowerBound || Self.beforeName.contains(opening) else { continue }
      var end = colon + 1
      while end < range.upperBound, !Self.endOfPassword.contains(self[end]), !has("\\n", at: end) { end += 1 }
      let value = text(colon + 1..<end)
      let isVariable = opening != UInt8(ascii: "'") && (value.contains("$") || value.contains("`"))
      guard end > colon + 1, !isVariable, !value.contains("%"), !"<[{(*".contains(value.prefix(1)) else { continue }
      // A step of the image means it; a script or its documentation may show how it is done.
      guard isSettings || value.utf8.count >= 6 && !Plausibility.isStandIn(value) else { continue }
      return colon + 1..<end
    }
    return nil
  }

  private static let beforeName = ByteSet(" \t\"'")
  private static let endOfPassword = ByteSet(" \t\r\n\"'|")
}
