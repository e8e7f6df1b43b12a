/// Reads a reference part by part, from its end, so that an error can name the part that is wrong.
struct ReferenceParser {
  let text: String

  func parse() throws(ReferenceError) -> Reference {
    try refuseForeignText()
    var rest = text[...]
    var digest: Digest?
    if let at = rest.firstIndex(of: "@") {
      digest = try parse(digest: rest[rest.index(after: at)...], after: rest[..<at])
      rest = rest[..<at]
    }
    var tag: String?
    // A colon before a slash is a port's.
    if let colon = rest.lastIndex(of: ":"), !rest[colon...].contains("/") {
      tag = try parse(tag: rest[rest.index(after: colon)...], after: rest[..<colon])
      rest = rest[..<colon]
    }
    var registry = "docker.io"
    if let slash = rest.firstIndex(of: "/"), Self.isHost(rest[..<slash]) {
      registry = try parse(registry: rest[..<slash])
      rest = rest[rest.index(after: slash)...]
    }
    if registry == "index.docker.io" { registry = "docker.io" }
    try check(repository: rest)
    var repository = String(rest)
    if registry == "docker.io", !repository.contains("/") {
      // `docker run` takes 64 digits for the id of an image or container.
      guard !Self.isIdentifier(text) else {
        throw ReferenceError(
          message: "'\(text)' is 64 digits, which is an image's id and no name", hint: "write NAME@sha256:\(text)")
      }
      repository = "library/" + repository
    }
    guard repository.utf8.count <= 255 else {
      throw ReferenceError(
        message: "the repository of '\(text.prefix(40))…' has \(repository.utf8.count) bytes, and may have 255")
    }
    return Reference(
      registry: registry, repository: repository, tag: tag ?? (digest == nil ? "latest" : nil), digest: digest)
  }

  // MARK: - Parts

  /// What people paste that is not even nearly a reference.
  private func refuseForeignText() throws(ReferenceError) {
    guard !text.isEmpty else {
      throw ReferenceError(message: "an image's name is empty", hint: "write HOST/REPOSITORY:TAG")
    }
    if let mark = text.firstRange(of: "://") {
      let rest = text[mark.upperBound...]
      throw ReferenceError(
        message: "'\(text)' is an address, not an image's name", hint: rest.isEmpty ? nil : "write \(rest)")
    }
    if let odd = text.unicodeScalars.first(where: { !$0.isASCII || $0.value <= 32 || $0.value == 127 }) {
      let shown = odd.value <= 32 || odd.value == 127 ? "white space or a control character" : "'\(odd)'"
      throw ReferenceError(message: "an image's name may not hold \(shown)", hint: "write HOST/REPOSITORY:TAG")
    }
  }

  private func parse(digest: Substring, after name: Substring) throws(ReferenceError) -> Digest {
    if let digest = Digest(digest) { return digest }
    let algorithm = digest.prefix { $0 != ":" }
    let reason: String
    if algorithm.endIndex == digest.endIndex {
      reason = "it has no algorithm"
    } else if let known = Digest.Algorithm(rawValue: String(algorithm)) {
      let digits = digest.dropFirst(algorithm.count + 1)
      if let lower = Digest(digest.lowercased()) {
        throw ReferenceError(
          message: "'\(digest)' is no digest: its digits must be lowercase", hint: "write \(name)@\(lower)")
      }
      reason = "\(known) has \(known.length) lowercase hexadecimal digits, this one \(digits.count) characters"
    } else {
      reason = "the algorithm is sha256 or sha512, not '\(algorithm)'"
    }
    throw ReferenceError(message: "'\(digest)' is no digest: \(reason)", hint: "write \(name)@sha256:…, 64 digits")
  }

  private func parse(tag: Substring, after name: Substring) throws(ReferenceError) -> String {
    guard !Reference.isTag(String(tag)) else { return String(tag) }
    guard !tag.isEmpty else {
      throw ReferenceError(message: "'\(text)' ends in a colon without a tag", hint: "write \(name) or \(name):latest")
    }
    var mended = String(tag.filter { Self.isTagCharacter($0) }.prefix(128))
    while let first = mended.first, first == "." || first == "-" { mended.removeFirst() }
    throw ReferenceError(
      message: "'\(tag)' is no tag: it has at most 128 letters, digits, '_', '.' and '-', and begins with none of "
        + "the last two", hint: mended.isEmpty ? nil : "write \(name):\(mended)")
  }

  private func parse(registry: Substring) throws(ReferenceError) -> String {
    guard !Reference.isRegistry(String(registry)) else { return String(registry) }
    if let colon = registry.lastIndex(of: ":"), Reference.isRegistry(String(registry[..<colon])) {
      throw ReferenceError(
        message: "'\(registry[registry.index(after: colon)...])' in '\(text)' is no port",
        hint: "a port is a number up to 65535: \(registry[..<colon]):5000")
    }
    throw ReferenceError(
      message: "'\(registry)' in '\(text)' is no host's name", hint: "write HOST/REPOSITORY or HOST:PORT/REPOSITORY")
  }

  private func check(repository: Substring) throws(ReferenceError) {
    guard !Reference.isRepository(String(repository)) else { return }
    guard !repository.isEmpty else {
      throw ReferenceError(message: "'\(text)' names no repository", hint: "write HOST/REPOSITORY:TAG")
    }
    let lower = repository.lowercased()
    if lower != repository, Reference.isRepository(lower) {
      throw ReferenceError(
        message: "'\(repository)' is no repository: its name must be lowercase",
        hint: "write \(lowered(repository))")
    }
    let parts = repository.split(separator: "/", omittingEmptySubsequences: false)
    if parts.contains(where: \.isEmpty) {
      throw ReferenceError(
        message: "'\(repository)' is no repository: there is nothing before, between or after its slashes",
        hint: "write \(parts.filter { !$0.isEmpty }.joined(separator: "/"))")
    }
    guard repository.utf8.count <= 255 else {
      throw ReferenceError(
        message: "the repository of '\(text.prefix(40))…' has \(repository.utf8.count) bytes, and may have 255")
    }
    let part = parts.first { !Reference.isRepository(String($0)) } ?? repository
    throw ReferenceError(
      message:
        "'\(part)' in '\(text)' is no part of a repository: it has lowercase letters and digits, with one '.', one "
        + "or two '_' or any number of '-' between them")
  }

  /// The text with its repository in lowercase, and with it what a capital letter alone has made a host.
  private func lowered(_ repository: Substring) -> String {
    let before = text[..<repository.startIndex]
    let isName = !before.isEmpty && !before.contains { ".:".contains($0) }
    return (isName ? before.lowercased() : String(before)) + repository.lowercased() + text[repository.endIndex...]
  }

  // MARK: - Rules

  /// What stands before the first slash is a host when it could not be a repository's first component.
  private static func isHost(_ text: Substring) -> Bool {
    text.contains(".") || text.contains(":") || text == "localhost" || text.contains { $0.isUppercase }
  }

  private static func isIdentifier(_ text: String) -> Bool {
    text.wholeMatch(of: /[a-f0-9]{64}/) != nil
  }

  private static func isTagCharacter(_ character: Character) -> Bool {
    character.isASCII && (character.isLetter || character.isNumber || "_.-".contains(character))
  }
}
