/// Text with `{group}` and `{version}` in it, from which an image's repository or tag is made.
struct NameTemplate: Sendable {
  let text: String

  /// Throws when a brace is anything but one of the allowed placeholders.
  init(_ text: String, allowed: [String]) throws(Flaw) {
    self.text = text
    var rest = text
    for placeholder in allowed { rest = rest.replacing("{\(placeholder)}", with: "") }
    guard !rest.contains(where: { $0 == "{" || $0 == "}" }) else {
      let names = allowed.map { "{\($0)}" }.joined(separator: " and ")
      let nearest = text.firstMatch(of: /\{([^{}]*)\}?/).flatMap { NearestName.of(String($0.1), in: allowed) }
      throw Flaw(
        "\(text.quoted) holds a placeholder that is not known here",
        hint: nearest.map { "did you mean {\($0)}? Known here: \(names)" } ?? "known here: \(names)")
    }
  }

  var namesGroup: Bool { text.contains("{group}") }

  /// A repository's name by the rules of ECR (`CreateRepository`), which lie within those of the distribution spec.
  static func repository(_ text: String) throws(Flaw) -> NameTemplate {
    if text.contains("{version}") {
      throw Flaw("a repository for each version would be made", hint: "put {version} into registry.tag")
    }
    let template = try NameTemplate(text, allowed: ["group"])
    let example = template.filled(version: "")
    guard example.wholeMatch(of: /[a-z0-9]+(?:[._-][a-z0-9]+)*(?:\/[a-z0-9]+(?:[._-][a-z0-9]+)*)*/) != nil else {
      throw Flaw(
        "\(text.quoted) cannot be a repository's name",
        hint: "lowercase words joined by single . _ - or /, without a host or tag, such as jupyterhub/{group}")
    }
    guard example.utf8.count >= 2, example.utf8.count <= 256 else {
      throw Flaw("a repository's name has 2 to 256 characters")
    }
    return template
  }

  /// A tag by the rules of the distribution spec ("Pulling manifests").
  static func tag(_ text: String) throws(Flaw) -> NameTemplate {
    let template = try NameTemplate(text, allowed: ["group", "version"])
    let example = template.filled(version: String(repeating: "0", count: 40))
    guard example.wholeMatch(of: /[A-Za-z0-9_][A-Za-z0-9._-]{0,127}/) != nil else {
      throw Flaw(
        "\(text.quoted) cannot be a tag",
        hint: "letters, digits, _ . and -, at most 128 with a version of 40, such as {group}-{version}")
    }
    return template
  }

  /// Filled with a group's name of the greatest length.
  private func filled(version: String) -> String {
    text.replacing("{group}", with: String(repeating: "g", count: PlainName.greatestLength)).replacing(
      "{version}", with: version)
  }
}
