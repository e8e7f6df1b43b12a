/// Names an image in a registry: `[host[:port]/]repository[:tag][@digest]`.
///
/// Source: the grammar of github.com/distribution/reference, and Docker's familiar names: `debian` is
/// `docker.io/library/debian:latest`.
package struct Reference: Hashable, Sendable, CustomStringConvertible {
  /// `host` or `host:port`; `docker.io` where the text names none.
  package var registry: String
  /// Such as `library/debian`.
  package var repository: String
  package var tag: String?
  package var digest: Digest?

  package init(registry: String, repository: String, tag: String? = nil, digest: Digest? = nil) {
    self.registry = registry
    self.repository = repository
    self.tag = tag
    self.digest = digest
  }

  /// Parses a reference as people write it; nil when the grammar refuses it. Neither tag nor digest means `latest`.
  package init?(_ text: String) {
    var rest = text[...]
    var digest: Digest?
    if let at = rest.firstIndex(of: "@") {
      guard let found = Digest(rest[rest.index(after: at)...]) else { return nil }
      digest = found
      rest = rest[..<at]
    }
    var tag: String?
    if let colon = rest.lastIndex(of: ":"), !rest[colon...].contains("/") {
      tag = String(rest[rest.index(after: colon)...])
      rest = rest[..<colon]
    }
    var registry = "docker.io"
    if let slash = rest.firstIndex(of: "/"), Self.isHost(rest[..<slash]) {
      registry = String(rest[..<slash])
      rest = rest[rest.index(after: slash)...]
    }
    if registry == "index.docker.io" { registry = "docker.io" }
    var repository = String(rest)
    if registry == "docker.io", !repository.contains("/") { repository = "library/" + repository }
    guard Self.isRepository(repository), tag.map(Self.isTag) ?? true, Self.isRegistry(registry) else { return nil }
    self.init(
      registry: registry, repository: repository, tag: tag ?? (digest == nil ? "latest" : nil), digest: digest)
  }

  package var description: String {
    "\(registry)/\(repository)" + (tag.map { ":\($0)" } ?? "") + (digest.map { "@\($0)" } ?? "")
  }

  /// Lowercase path components of at most 255 bytes in all, separated by slashes.
  package static func isRepository(_ text: String) -> Bool {
    text.utf8.count <= 255
      && text.wholeMatch(of: /[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*/) != nil
  }

  /// At most 128 letters, digits, `_`, `.` and `-`, the first neither `.` nor `-`.
  package static func isTag(_ text: String) -> Bool {
    text.wholeMatch(of: /[A-Za-z0-9_][A-Za-z0-9_.\-]{0,127}/) != nil
  }

  /// What stands before the first slash is a host when it could not be a repository's first component.
  private static func isHost(_ text: Substring) -> Bool {
    text.contains(".") || text.contains(":") || text == "localhost" || text.contains { $0.isUppercase }
  }

  private static func isRegistry(_ text: String) -> Bool {
    text.wholeMatch(
      of:
        /(?:[A-Za-z0-9](?:[A-Za-z0-9\-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9\-]*[A-Za-z0-9])?)*|\[[0-9a-fA-F:]+\])(?::[0-9]{1,5})?/
    ) != nil
  }
}
