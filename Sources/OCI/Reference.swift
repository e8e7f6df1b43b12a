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
    guard let reference = try? Reference(parsing: text) else { return nil }
    self = reference
  }

  /// Parses a reference as people write it. Neither tag nor digest means `latest`.
  ///
  /// - Throws: `ReferenceError`, which says what is wrong and what may be meant.
  package init(parsing text: String) throws(ReferenceError) {
    self = try ReferenceParser(text: text).parse()
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

  /// A name, an IPv4 address, or an IPv6 address in brackets; with a port up to 65535 where there is one.
  package static func isRegistry(_ text: String) -> Bool {
    guard
      let match = text.wholeMatch(
        of:
          /(?:[A-Za-z0-9](?:[A-Za-z0-9\-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9\-]*[A-Za-z0-9])?)*|\[[0-9a-fA-F:]+\])(?::([0-9]+))?/
      )
    else { return false }
    return match.1.map { UInt16($0) != nil } ?? true
  }
}
