extension Rule {
  /// Source: Docker's config.json; containers-auth.json(5); Amazon ECR API reference, GetAuthorizationToken.
  static let registries = [
    Rule(
      "registry-login", finds: "the login of a container registry",
      told:
        "`\"auth\":` and base64 of a name, a colon and a password, or an `identitytoken`, as `docker login` writes them",
      hint: "remove the file, and log out: docker logout; builds take a login from RUN --mount=type=secret",
      anchors: ["\"auth\"", "\"identitytoken\"", "\"registrytoken\""],
      match: { excerpt, anchor in
        guard let value = excerpt.value(after: anchor.upperBound), value.isQuoted else { return nil }
        if anchor.count > 6 {
          let isToken = value.range.count >= 20 && !Plausibility.isPlaceholder(excerpt.text(value.range))
          return isToken ? value.range : nil
        }
        return excerpt.isLogin(value.range) ? value.range : nil
      },
      files: FileNames(ends: [
        "/.docker/config.json", "/.dockercfg", "/containers/auth.json", "/.config/containers/auth.json",
      ])),
    Rule(
      "ecr-password", finds: "a password of Amazon ECR",
      told: "base64 of JSON that begins with `{\"payload\":`, 200 characters or more, or of `AWS:` and that",
      hint: "it ends by itself within twelve hours; let nothing write it into the image",
      anchors: ["eyjwyxlsb2fkijoi", "qvdtomv5sndzwgxzyjjga0lqb2"],
      match: { excerpt, anchor in
        let end = excerpt.end(of: .base64, from: anchor.lowerBound)
        let text = excerpt.text(anchor)
        guard text == "eyJwYXlsb2FkIjoi" || text == "QVdTOmV5SndZWGxzYjJGa0lqb2", end - anchor.lowerBound >= 200,
          !ByteSet.base64.contains(excerpt[anchor.lowerBound - 1])
        else { return nil }
        return anchor.lowerBound..<end
      }),
  ]
}

extension Excerpt {
  /// Whether the base64 is of `name:password`, both of printable characters, and no example.
  fileprivate func isLogin(_ range: Range<Int>) -> Bool {
    guard let text = Base64.decode(bytes[range]), let colon = text.firstIndex(of: UInt8(ascii: ":")),
      colon > text.startIndex, text.allSatisfy({ (0x20...0x7e).contains($0) })
    else { return false }
    let password = String(decoding: text[(colon + 1)...], as: UTF8.self)
    guard !password.isEmpty, !Plausibility.isPlaceholder(password) else { return false }
    return isSettings || password.utf8.count >= 8 && !Plausibility.isStandIn(password)
  }
}

/// Source: RFC 4648, section 4.
enum Base64 {
  /// Nil for what is no base64.
  static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
    let body = text.prefix { $0 != UInt8(ascii: "=") }
    guard body.count % 4 != 1, text.count - body.count <= 2 else { return nil }
    var result: [UInt8] = []
    var bits: UInt32 = 0
    var count = 0
    for byte in body {
      guard let value = value(of: byte) else { return nil }
      bits = bits << 6 | UInt32(value)
      count += 6
      if count >= 8 {
        count -= 8
        result.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
      }
    }
    return result
  }

  private static func value(of byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte - UInt8(ascii: "A")
    case UInt8(ascii: "a")...UInt8(ascii: "z"): byte - UInt8(ascii: "a") + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0") + 52
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    default: nil
    }
  }
}
