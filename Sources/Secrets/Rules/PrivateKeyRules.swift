extension Rule {
  /// Source: RFC 7468; RFC 4880, section 6.2; OpenSSH's PROTOCOL.key; PuTTY's user manual, appendix C.
  static let privateKeys = [
    Rule(
      "private-key", finds: "a private key",
      told: """
        `-----BEGIN … PRIVATE KEY-----` (PEM, OpenSSH, PGP) and a whole key after it; keys that programs publish do not count, nor do \
        those of an installed package's tests and examples, below `/usr/lib`, `/usr/share` or `site-packages`
        """,
      hint: "replace the key pair, and take the key from RUN --mount=type=secret or --mount=type=ssh",
      anchors: ["private key-----", "private key block-----"],
      match: { excerpt, anchor in excerpt.privateKey(after: anchor) },
      isPublished: { path in isOfTests(path) }),
    Rule(
      "putty-private-key", finds: "a private key of PuTTY",
      told: "`PuTTY-User-Key-File-` and, below it, `Private-Lines:` with the key",
      hint: "replace the key pair, and take the key from RUN --mount=type=secret",
      anchors: ["private-lines:"],
      match: { excerpt, anchor in
        let head = max(0, anchor.lowerBound - ContentScan.behind)..<anchor.lowerBound
        let line = excerpt.line(at: anchor.upperBound)
        let end = excerpt.end(of: .base64, from: line.upperBound + 1)
        guard excerpt.first("putty-user-key-file-", in: head) != nil, end - line.upperBound > 40 else { return nil }
        return line.upperBound + 1..<end
      }),
  ]

  /// Whether the file is of the tests or examples of a package that was installed.
  private static func isOfTests(_ path: String) -> Bool {
    let roots = ["/usr/lib/", "/usr/share/", "/site-packages/", "/dist-packages/", "/site-library/"]
    let root = roots.compactMap { path.firstRange(of: $0) }.min { $0.lowerBound < $1.lowerBound }
    guard let root else { return false }
    let parts = path[root.upperBound...].split(separator: "/")
    // A program's file is named as its language has it; any other name is its owner's.
    let name = parts.last ?? ""
    return name.hasSuffix("_test.go") || name.hasPrefix("test_") && name.contains(".py")
      || parts.dropLast().contains { $0.contains("test") || $0.contains("example") }
  }
}

extension Excerpt {
  /// The base64 of the key whose first line's end is `anchor`.
  fileprivate func privateKey(after anchor: Range<Int>) -> Range<Int>? {
    let start = start(of: Self.label, before: anchor.lowerBound, limit: 40)
    guard has("-----begin ", at: start - 5), let (first, hasHeaders) = firstOfBase64(from: anchor.upperBound) else {
      return nil
    }
    var at = first
    var body: [UInt8] = []
    while at < count {
      if isEscapedBreak(at) {
        at += 1
        continue
      }
      if ByteSet.base64.contains(bytes[at]) {
        body.append(bytes[at])
      } else if !Self.between.contains(bytes[at]) {
        break
      }
      at += 1
    }
    let label = text(start..<anchor.upperBound)
    guard body.count >= 60, Plausibility.entropy(body.prefix(400)) >= 4, hasHeaders || isKey(body, label: label),
      !PublishedSecret.contains(body)
    else { return nil }
    return first..<at
  }

  /// Whether the base64 is a key by its form, whole: what documents show is often cut or made up.
  private func isKey(_ body: [UInt8], label: String) -> Bool {
    if label.contains("PGP") { return true }
    guard let key = Base64.decode(body) else { return false }
    if label.contains("OPENSSH") { return key.starts(with: Array("openssh-key-v1\0".utf8)) }
    // A SEQUENCE of DER, whose length is that of the rest (X.690, 8.1).
    guard key.count > 4, key[0] == 0x30 else { return false }
    switch key[1] {
    case 0x81: return Int(key[2]) == key.count - 3
    case 0x82: return Int(key[2]) << 8 | Int(key[3]) == key.count - 4
    case let length: return Int(length) == key.count - 2
    }
  }

  /// Where the key begins, and whether after headers such as `Proc-Type:`, which are those of encrypted keys.
  private func firstOfBase64(from index: Int) -> (place: Int, hasHeaders: Bool)? {
    var at = index
    for header in 0..<6 {
      at = end(of: Self.between, from: at, limit: 200)
      if isEscapedBreak(at) { at += 1 }
      let word = end(of: Self.headerName, from: at, limit: 100)
      guard self[word] == UInt8(ascii: ":") else { return word > at ? (at, header > 0) : nil }
      at = line(at: at).upperBound
    }
    return nil
  }

  /// The letter of `\n` or `\r` within a program's text.
  private func isEscapedBreak(_ index: Int) -> Bool {
    self[index - 1] == UInt8(ascii: "\\") && (self[index] == UInt8(ascii: "n") || self[index] == UInt8(ascii: "r"))
  }

  private static let label = ByteSet(" ", and: .capitals, .digits)
  private static let headerName = ByteSet("-", and: .base64)
  /// What stands between the lines of a key: breaks, also as a program's text has them.
  private static let between = ByteSet(" \t\r\n\\\"'+,")
}
