/// A secret that was found, and where. It never holds the secret itself.
package struct Finding: Sendable, Hashable, Codable {
  /// The rule's id.
  package var rule: String
  /// A file, from the image's root, with a slash before it; or a part of the image's documents: `config.env.NAME`,
  /// `config.labels.KEY`, `config.history[3]`, `annotations.KEY`.
  package var path: String
  /// Counted from 1; nil in what is no text.
  package var line: Int?
  /// In bytes, from 0; where there is no line.
  package var offset: Int?

  package init(rule: String, path: String, line: Int? = nil, offset: Int? = nil) {
    self.rule = rule
    self.path = path
    self.line = line
    self.offset = offset
  }

  /// `PATH:LINE`, or `PATH (byte OFFSET)`, with nothing in it that a terminal obeys.
  package var place: String {
    let shown = String(
      String.UnicodeScalarView(path.unicodeScalars.map { $0.properties.generalCategory == .control ? "?" : $0 }))
    if let line { return "\(shown):\(line)" }
    return offset.map { "\(shown) (byte \($0))" } ?? shown
  }
}

/// What looking at a layer or at a config came to.
package struct ScanResult: Sendable, Equatable, Codable {
  /// In the order of the content, the first of them only.
  package var findings: [Finding] = []
  /// How many there were beyond those.
  package var omitted = 0

  /// A file of a thousand passwords is one mistake, and not a thousand.
  static let limit = 50

  package init() {}

  mutating func add(_ finding: Finding) {
    if findings.count < Self.limit { findings.append(finding) } else { omitted += 1 }
  }

  package var isClean: Bool { findings.isEmpty }
}
