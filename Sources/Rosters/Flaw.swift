/// What is wrong with a value, before anyone has said where it stands.
struct Flaw: Error, Sendable, Equatable {
  var message: String
  var hint: String?

  init(_ message: String, hint: String? = nil) {
    self.message = message
    self.hint = hint
  }
}

extension String {
  /// The text as messages show it: shortened, without control characters, and hidden when it is a secret.
  var shown: String {
    guard Secret.first(in: self) == nil else { return "…" }
    let printable = unicodeScalars.prefix(60).map { $0.properties.generalCategory == .control ? "?" : String($0) }
    return printable.joined() + (unicodeScalars.count > 60 ? "…" : "")
  }

  /// `shown`, between quotes.
  var quoted: String { "\"\(shown)\"" }
}
