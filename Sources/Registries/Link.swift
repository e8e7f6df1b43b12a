/// The next page of a list, from a `Link` header: `</v2/a/tags/list?last=b>; rel="next"`.
///
/// Source: RFC 8288, section 3; OCI distribution specification v1.1, "Listing Tags".
enum Link {
  /// Where the next page is, as the server wrote it; nil where there is none.
  static func next(in headers: [String]) -> String? {
    for header in headers {
      var rest = header[...]
      while let open = rest.firstIndex(of: "<"), let close = rest[open...].firstIndex(of: ">") {
        let target = rest[rest.index(after: open)..<close]
        let parameters = rest[rest.index(after: close)...].prefix { $0 != "<" }
        rest = rest[parameters.endIndex...]
        if isNext(parameters) { return String(target) }
      }
    }
    return nil
  }

  /// Whether `; rel=…` names the relation `next`; a parameter may hold several, in any case.
  private static func isNext(_ parameters: Substring) -> Bool {
    parameters.split { $0 == ";" || $0 == "," }.contains { parameter in
      let parts = parameter.split(separator: "=", maxSplits: 1).map { $0.filter { !$0.isWhitespace || $0 == " " } }
      guard parts.count == 2, parts[0].lowercased().filter({ $0 != " " }) == "rel" else { return false }
      let relations = parts[1].filter { $0 != "\"" }.lowercased().split(separator: " ")
      return relations.contains("next")
    }
  }
}
