import Glibc

/// How likely it is that a text is a secret of somebody's, and not an example or a variable.
enum Plausibility {
  /// Shannon's entropy of the bytes, in bits a byte: 4.6 or so for 40 random characters of base64, below 4 for words.
  static func entropy(_ bytes: some Collection<UInt8>) -> Double {
    var counts = [Int](repeating: 0, count: 256)
    for byte in bytes { counts[Int(byte)] += 1 }
    let total = Double(bytes.count)
    return counts.reduce(0) { sum, count in
      guard count > 0 else { return sum }
      let share = Double(count) / total
      return sum - share * log2(share)
    }
  }

  /// Whether it stands in the place of a secret: an example, a variable, a form to be filled in.
  static func isPlaceholder(_ text: String) -> Bool {
    let small = text.lowercased()
    if marks.contains(where: { small.contains($0) }) { return true }
    return Set(small.utf8).count <= 2 || isCounting(Array(small.utf8))
  }

  /// Whether it is one of the words that stand for a password where there is none.
  static func isStandIn(_ text: String) -> Bool {
    let small = text.lowercased()
    return isPlaceholder(text) || standIns.contains(small.trimmed(of: "0123456789_-!."))
  }

  /// Capital, small letter and digit at once, as nearly every random token has them; and no hash in hexadecimal.
  static func isMixed(_ bytes: some Collection<UInt8>) -> Bool {
    bytes.contains { ByteSet.capitals.contains($0) } && bytes.contains { ByteSet.small.contains($0) }
      && bytes.contains { ByteSet.digits.contains($0) } && !bytes.allSatisfy { ByteSet.hexadecimal.contains($0) }
  }

  /// `abcdefgh`, `12345678`: each byte one more than the one before, but for few.
  private static func isCounting(_ bytes: [UInt8]) -> Bool {
    let steps = zip(bytes, bytes.dropFirst()).count { $1 == $0 &+ 1 }
    return bytes.count >= 8 && steps * 4 >= (bytes.count - 1) * 3
  }

  private static let marks = [
    "example", "your", "placeholder", "changeme", "change_me", "change-me", "dummy", "redacted", "xxxx", "****", "....",
    "…", "<", ">", "${", "$(", "{{", "%(", "{%", "insert", "not-a-real", "not_a_real", "notreal",
  ]

  private static let standIns: Set<String> = [
    "", "password", "passwd", "passw", "pass", "pwd", "pw", "secret", "token", "mypassword", "my_password",
    "my-password",
    "mypass", "mysecret", "my-secret", "my_secret", "thepassword", "testpassword", "test", "user", "username", "foo",
    "bar", "baz", "hello", "none", "null", "true", "false", "string", "value", "key", "auth", "abc", "xxx", "xyz",
    "somepassword", "some_password", "userpassword", "user_password", "p@ssword", "p@ss", "pass:word", "p4ssw0rd",
    "undefined", "nil", "empty", "optional", "required", "disabled",
  ]
}

extension String {
  fileprivate func trimmed(of characters: String) -> String {
    let set = Set(characters)
    return String(drop { set.contains($0) }.reversed().drop { set.contains($0) }.reversed())
  }
}
