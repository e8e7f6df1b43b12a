extension Rule {
  /// Source: RFC 7468; RFC 4880, section 6.2; OpenSSH's PROTOCOL.key; PuTTY's user manual, appendix C.
  static let privateKeys = [
    Rule(
      "private-key", finds: "a private key",
      told:
        "`-----BEGIN … PRIVATE KEY-----` (PEM, OpenSSH, PGP) and the key after it; keys that programs publish do not count",
      hint: "replace the key pair, and take the key from RUN --mount=type=secret or --mount=type=ssh",
      anchors: ["private key-----", "private key block-----"],
      match: { excerpt, anchor in excerpt.privateKey(after: anchor) }),
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
}

extension Excerpt {
  /// The base64 of the key whose first line's end is `anchor`.
  fileprivate func privateKey(after anchor: Range<Int>) -> Range<Int>? {
    let start = start(of: Self.label, before: anchor.lowerBound, limit: 40)
    guard has("-----begin ", at: start - 6) || has("-----begin ", at: start - 11) || has("-----begin ", at: start)
    else { return nil }
    var at = anchor.upperBound
    let first = firstOfBase64(from: at)
    guard let first else { return nil }
    at = first
    var body: [UInt8] = []
    while at < count {
      if ByteSet.base64.contains(bytes[at]) {
        // \n within a string.
        if bytes[at] == UInt8(ascii: "n"), self[at - 1] == UInt8(ascii: "\\") {
          at += 1
          continue
        }
        body.append(bytes[at])
      } else if !Self.between.contains(bytes[at]) {
        break
      }
      at += 1
    }
    guard body.count >= 60, Plausibility.entropy(body.prefix(400)) >= 4, !has("...", at: at),
      !PublishedSecret.contains(body)
    else { return nil }
    return first..<at
  }

  /// Where the key begins, after headers such as `Proc-Type:`.
  private func firstOfBase64(from index: Int) -> Int? {
    var at = index
    for _ in 0..<6 {
      at = end(of: Self.between, from: at, limit: 200)
      if self[at] == UInt8(ascii: "n"), self[at - 1] == UInt8(ascii: "\\") { at += 1 }
      let word = end(of: ByteSet("-", and: .base64), from: at, limit: 100)
      guard self[word] == UInt8(ascii: ":") else { return word > at ? at : nil }
      at = line(at: at).upperBound
    }
    return nil
  }

  private static let label = ByteSet(" ", and: .capitals, .digits)
  /// What stands between the lines of a key: breaks, also as a program's text has them.
  private static let between = ByteSet(" \t\r\n\\\"'+,")
}
