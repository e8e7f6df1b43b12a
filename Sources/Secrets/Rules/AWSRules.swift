extension Rule {
  /// Source: AWS Identity and Access Management user guide, "IAM identifiers" and "Request temporary security credentials".
  static let aws = [
    Rule(
      "aws-secret-key", finds: "an AWS secret access key",
      told: "40 random characters of base64 that a name such as `aws_secret_access_key` is set to",
      hint: "make the key invalid in IAM; tasks get their rights from a role",
      anchors: [
        "secret_access_key", "secretaccesskey", "secret-access-key", "aws_secret_key", "aws_secret", "awssecretkey",
        "secret_key", "secretkey", "secret-key",
      ],
      match: { excerpt, anchor in
        guard let value = excerpt.value(after: anchor.upperBound), excerpt.isAWSSecret(value.range) else { return nil }
        return value.range
      }),
    Rule(
      "aws-key-pair", finds: "an AWS access key, its id and its secret",
      told: "the id of a key (`AKIA` or `ASIA` and 16 of base32) and, within 400 bytes, 40 random characters of base64",
      hint: "make the key invalid in IAM; tasks get their rights from a role",
      anchors: ["akia", "asia"],
      match: { excerpt, anchor in
        guard excerpt.isAWSKeyID(at: anchor.lowerBound) else { return nil }
        return excerpt.awsSecret(near: anchor.lowerBound..<anchor.lowerBound + 20)
      }),
    Rule(
      "aws-session-token", finds: "an AWS session token",
      told: "100 or more random characters of base64 that a name such as `aws_session_token` is set to",
      hint: "it ends by itself within hours; let nothing write it into the image",
      anchors: ["session_token", "sessiontoken", "session-token", "security_token", "securitytoken"],
      match: { excerpt, anchor in
        guard let value = excerpt.value(after: anchor.upperBound)?.range, value.count >= 100,
          excerpt.end(of: .base64, from: value.lowerBound) == value.upperBound,
          Plausibility.entropy(excerpt.bytes[value]) >= 4.5, Plausibility.isMixed(excerpt.bytes[value]),
          !Plausibility.isPlaceholder(excerpt.text(value))
        else { return nil }
        return value
      }),
    Rule(
      "aws-credentials-file", finds: "an AWS secret access key in a credentials file",
      told: "a file `.aws/credentials` or `.aws/config` in which `aws_secret_access_key` has a value",
      hint: "remove the file; tasks get their rights from a role",
      files: FileNames(ends: ["/.aws/credentials", "/.aws/config", "/.boto", "/.s3cfg", "/.passwd-s3fs"]),
      matchFile: { file in
        file.settings.compactMap { name, value in
          ["aws_secret_access_key", "aws_session_token", "secret_key"].contains(name)
            && !Plausibility.isPlaceholder(file.text(value)) ? value : nil
        }
      }),
  ]
}

extension Excerpt {
  private static let secretAlphabet = ByteSet("+/", and: .alphanumeric)

  fileprivate func isAWSKeyID(at index: Int) -> Bool {
    let isCapital =
      self[index] == UInt8(ascii: "A") && (self[index + 1] == UInt8(ascii: "K") || self[index + 1] == UInt8(ascii: "S"))
    return isCapital && self[index + 2] == UInt8(ascii: "I") && self[index + 3] == UInt8(ascii: "A")
      && !ByteSet.name.contains(self[index - 1]) && end(of: .base32, from: index + 4, limit: 17) == index + 20
      && !ByteSet.name.contains(self[index + 20]) && !Plausibility.isPlaceholder(text(index..<index + 20))
  }

  /// 40 characters of base64 that nobody has made up: no path, no hash, no example.
  fileprivate func isAWSSecret(_ range: Range<Int>) -> Bool {
    guard range.count == 40, end(of: Self.secretAlphabet, from: range.lowerBound) == range.upperBound else {
      return false
    }
    let value = bytes[range]
    return Plausibility.isMixed(value) && Plausibility.entropy(value) >= 4.2
      && value.count { $0 == UInt8(ascii: "/") } <= 4 && !Plausibility.isPlaceholder(text(range))
      && !PublishedSecret.contains(value)
  }

  /// The nearest that may be the secret of the key whose id is `id`.
  fileprivate func awsSecret(near id: Range<Int>) -> Range<Int>? {
    var found: [Range<Int>] = []
    var at = max(0, id.lowerBound - 400)
    let last = min(count, id.upperBound + 400)
    while at < last {
      let end = end(of: .base64, from: at, limit: 400)
      if at == 0 || !ByteSet.base64.contains(self[at - 1]), isAWSSecret(at..<end) { found.append(at..<end) }
      at = max(end, at + 1)
    }
    return found.min { distance(id, $0) < distance(id, $1) }
  }

  private func distance(_ id: Range<Int>, _ secret: Range<Int>) -> Int {
    secret.lowerBound >= id.upperBound ? secret.lowerBound - id.upperBound : id.lowerBound - secret.upperBound
  }

  /// The lines `name = value`, or `name: value`, of a file of settings.
  var settings: [(name: String, value: Range<Int>)] {
    lines.compactMap { line in
      let sign =
        line.first { self[$0] == UInt8(ascii: "=") } ?? line.first { self[$0] == UInt8(ascii: ":") } ?? line.upperBound
      let (first, last) = (end(of: .blank, from: line.lowerBound), start(of: .blank, before: sign))
      let (value, end) = (end(of: .blank, from: sign + 1), start(of: .space, before: line.upperBound))
      guard first < last, value < end, self[first] != UInt8(ascii: "#") else { return nil }
      return (text(first..<last).lowercased(), value..<end)
    }
  }
}
