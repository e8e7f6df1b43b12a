extension RosterAnalysis {
  /// What pushes pass over although a rule of docs/secrets.md finds it.
  mutating func secrets(_ root: MappingReader) -> SecretSettings {
    guard let section = root.mapping("secrets", keys: RosterKey.secrets, &diagnostics) else { return SecretSettings() }
    return SecretSettings(allow: (section.items("allow", &diagnostics) ?? []).compactMap { allowed($0) })
  }

  private mutating func allowed(_ node: YAMLNode) -> SecretSettings.Allowed? {
    let path = "an item of secrets.allow"
    guard let item = MappingReader(node, path: path, keys: RosterKey.allowedSecret, &diagnostics) else { return nil }
    item.require("rule", hint: "the rule that push names, such as aws-key-pair", &diagnostics)
    item.require("path", hint: "the place that push names, such as /opt/lib/**/examples/**", &diagnostics)
    item.require("reason", hint: "why it is no secret, such as: documentation of the AWS CLI", &diagnostics)
    let rule = item.text("rule", &diagnostics).flatMap { raw in
      diagnostics.accept(raw) { (name) throws(Flaw) in try SecretRuleName.check(name) }
    }
    let place = item.text("path", &diagnostics).flatMap { raw in
      diagnostics.accept(raw) { (text) throws(Flaw) in try Self.checkPlace(text) }
    }
    let reason = item.text("reason", &diagnostics).flatMap { raw in
      diagnostics.accept(raw) { (text) throws(Flaw) in try Self.checkReason(text) }
    }
    guard let rule, let place, let reason else { return nil }
    return SecretSettings.Allowed(rule: rule.value, path: place.value, reason: reason.value)
  }

  private static func checkPlace(_ text: String) throws(Flaw) -> String {
    let isPlain = text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
    guard isPlain, ["/", "config.", "annotations."].contains(where: text.hasPrefix), !text.hasPrefix("/**/*"),
      text != "/**"
    else {
      throw Flaw(
        "\(text.quoted) is no place in an image",
        hint: "a path such as /opt/lib/**/examples/**, not all of them, or config.env.NAME")
    }
    return text
  }

  private static func checkReason(_ text: String) throws(Flaw) -> String {
    guard text.contains(where: { !$0.isWhitespace }), text.count >= 8 else {
      throw Flaw("\(text.quoted) is no reason", hint: "say why it is no secret, for whoever reviews this file")
    }
    return text
  }
}
