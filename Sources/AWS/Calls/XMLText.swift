/// The answer of a Query service: small XML without attributes that matter, of which single elements are wanted.
///
/// It is not a parser of XML: comments and CDATA, which these services do not send, are not known to it.
package struct XMLText: Sendable, Equatable {
  let text: String

  package init(_ bytes: [UInt8]) {
    text = String(decoding: bytes, as: UTF8.self)
  }

  /// What the first element of that name holds, when it holds text alone.
  package subscript(element: String) -> String? {
    guard let start = text.firstRange(of: "<\(element)>"),
      let end = text[start.upperBound...].firstRange(of: "</\(element)>")
    else { return nil }
    let content = text[start.upperBound..<end.lowerBound]
    return content.contains("<") ? nil : Self.unescape(content)
  }

  private static func unescape(_ content: Substring) -> String {
    // The ampersand is last, or `&amp;lt;` would become `<`.
    [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&#39;", "'"), ("&#34;", "\""), ("&amp;", "&")]
      .reduce(String(content)) { $0.replacing($1.0, with: $1.1) }
  }
}
