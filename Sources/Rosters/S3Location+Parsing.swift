extension S3Location {
  /// Reads `s3://BUCKET[/PREFIX][/]`.
  ///
  /// The prefix ends up in IAM policies, so it holds nothing that has a meaning there (`*`, `?`, `${`), and nothing by
  /// which two spellings could be one place (`..`, `//`).
  init(parsing text: String, allowsGroup: Bool) throws(Flaw) {
    let scheme = "s3://"
    guard text.hasPrefix(scheme) else {
      throw Flaw("\(text.quoted) is not a place in S3", hint: "such as s3://bucket/prefix/")
    }
    let parts = text.dropFirst(scheme.count).split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    bucket = String(parts[0])
    prefix = parts.count > 1 ? String(parts[1]) : ""
    if prefix.hasSuffix("/") { prefix.removeLast() }

    if allowsGroup {
      _ = try NameTemplate(text, allowed: ["group"])
    } else if text.contains("{") || text.contains("}") {
      throw Flaw("\(text.quoted) holds a placeholder", hint: "write the group's name here")
    }
    try Self.checkBucket(bucket.replacing("{group}", with: "group"))
    try Self.checkPrefix(prefix.replacing("{group}", with: "group"), of: text)
  }

  /// Amazon S3 User Guide, "General purpose bucket naming rules".
  private static func checkBucket(_ bucket: String) throws(Flaw) {
    let isName = bucket.wholeMatch(of: /[a-z0-9](?:[a-z0-9-]|\.(?!\.))*[a-z0-9]/) != nil
    let isAddress = bucket.wholeMatch(of: /[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+/) != nil
    let isReserved =
      ["xn--", "sthree-", "amzn-s3-demo-"].contains { bucket.hasPrefix($0) }
      || ["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"].contains { bucket.hasSuffix($0) }
    guard isName, !isAddress, !isReserved, (3...63).contains(bucket.utf8.count) else {
      throw Flaw(
        "\(bucket.quoted) cannot be a bucket's name",
        hint: "3 to 63 lowercase letters, digits, hyphens and single dots")
    }
  }

  private static func checkPrefix(_ prefix: String, of text: String) throws(Flaw) {
    guard !prefix.isEmpty else { return }
    let parts = prefix.split(separator: "/", omittingEmptySubsequences: false)
    guard !parts.contains("") else {
      throw Flaw("\(text.quoted) has an empty part between two slashes", hint: "one slash between parts")
    }
    guard !parts.contains("."), !parts.contains("..") else {
      throw Flaw("\(text.quoted) has a part that is . or ..", hint: "S3 has no folders to go up: write the prefix out")
    }
    guard !prefix.contains("*"), !prefix.contains("?") else {
      throw Flaw(
        "\(text.quoted) has a wildcard", hint: "a prefix holds everything below it: end it before the wildcard")
    }
    guard prefix.wholeMatch(of: /[A-Za-z0-9!_.'()=+@,:~\/-]+/) != nil, prefix.utf8.count <= 512 else {
      throw Flaw(
        "\(text.quoted) cannot be a prefix here",
        hint: "letters, digits and ! _ . - ' ( ) = + @ , : ~ with slashes between, at most 512")
    }
  }

  /// Whether one of the two holds the other, or they are the same.
  func overlaps(_ other: S3Location) -> Bool {
    guard bucket == other.bucket else { return false }
    guard !prefix.isEmpty, !other.prefix.isEmpty else { return true }
    return "\(prefix)/".hasPrefix("\(other.prefix)/") || "\(other.prefix)/".hasPrefix("\(prefix)/")
  }
}
