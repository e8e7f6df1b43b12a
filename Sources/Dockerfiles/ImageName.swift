/// The names of images: `[host[:port]/]repository[:tag][@algorithm:hex]`.
///
/// Source: the grammar of github.com/distribution/reference.
enum ImageName {
  /// Whether FROM could name an image so; `oci:DIR[:TAG]` is a layout on this machine.
  static func isValid(_ text: String) -> Bool {
    if text.hasPrefix("oci:") { return text.count > 4 }
    var rest = text[...]
    if let at = rest.firstIndex(of: "@") {
      guard isDigest(rest[rest.index(after: at)...]) else { return false }
      rest = rest[..<at]
    }
    if let colon = rest.lastIndex(of: ":"), !rest[colon...].contains("/") {
      guard isTag(rest[rest.index(after: colon)...]) else { return false }
      rest = rest[..<colon]
    }
    if let slash = rest.firstIndex(of: "/"), isHost(rest[..<slash]) { rest = rest[rest.index(after: slash)...] }
    let parts = rest.split(separator: "/", omittingEmptySubsequences: false)
    return rest.utf8.count <= 255
      && parts.allSatisfy { $0.wholeMatch(of: /[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*/) != nil }
  }

  /// What stands before the first slash is a host when it could not be a repository's first part.
  private static func isHost(_ text: Substring) -> Bool {
    let couldBe = text.contains(".") || text.contains(":") || text == "localhost" || text.contains(where: \.isUppercase)
    return couldBe && text.wholeMatch(of: /(?:[A-Za-z0-9.\-]+|\[[0-9a-fA-F:]+\])(?::[0-9]{1,5})?/) != nil
  }

  private static func isTag(_ text: Substring) -> Bool {
    text.wholeMatch(of: /[A-Za-z0-9_][A-Za-z0-9_.\-]{0,127}/) != nil
  }

  private static func isDigest(_ text: Substring) -> Bool {
    text.wholeMatch(of: /[a-z0-9]+(?:[+._\-][a-z0-9]+)*:[0-9a-fA-F]{32,}/) != nil
  }
}
