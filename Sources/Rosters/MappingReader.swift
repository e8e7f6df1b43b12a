/// Reads the known keys of one mapping, each as the type that it must have.
struct MappingReader: Sendable {
  /// How messages call the mapping, such as `groups.pii.task`; empty for the whole file.
  let path: String
  let position: Position
  private let pairs: [YAMLPair]

  /// Reports unknown keys, and keys that would hold a secret. A node that is no mapping is reported and read as an
  /// empty one; nil when it is not there or was already reported, so that nothing more is said of it.
  init?(_ node: YAMLNode?, path: String, keys: [String], _ diagnostics: inout Diagnostics) {
    guard let node, case .mapping(let pairs) = node.content else {
      if let node { Self.reportKind(of: node, wanted: "keys and values", path: path, &diagnostics) }
      return nil
    }
    self.path = path
    position = node.position
    self.pairs = pairs
    for pair in pairs where !keys.contains(pair.key) {
      if Secret.isNamed(by: pair.key) {
        diagnostics.reportSecret(Secret.password, at: pair.position)
      } else {
        let nearest = NearestName.of(pair.key, in: keys).map { "did you mean \"\($0)\"?" }
        diagnostics.report(
          "unknown key \(pair.key.quoted)\(path.isEmpty ? "" : " in \(path)")", at: pair.position,
          hint: nearest ?? "known here: \(keys.joined(separator: ", "))")
      }
    }
  }

  func contains(_ key: String) -> Bool { pairs.contains { $0.key == key } }

  func position(of key: String) -> Position { pairs.first { $0.key == key }?.position ?? position }

  /// Where the value of a key begins; nil when the key is not there.
  func valuePosition(of key: String) -> Position? { pairs.first { $0.key == key }?.value.position }

  /// The value of a key; nil when the key is not there, or is there without a value, which is then reported.
  func node(_ key: String, _ diagnostics: inout Diagnostics) -> YAMLNode? {
    guard let pair = pairs.first(where: { $0.key == key }) else { return nil }
    guard case .null = pair.value.content else { return pair.value }
    diagnostics.report("\(name(key)) has no value", at: pair.position, hint: "give it one, or remove the line")
    return nil
  }

  /// Reports that a key is missing, unless it is there.
  func require(_ key: String, hint: String, _ diagnostics: inout Diagnostics) {
    guard !contains(key) else { return }
    diagnostics.report("\(path.isEmpty ? "" : "\(path): ")\"\(key)\" is missing", at: position, hint: hint)
  }

  // MARK: - Types

  func text(_ key: String, _ diagnostics: inout Diagnostics) -> Located<String>? {
    guard let node = node(key, &diagnostics) else { return nil }
    return Self.text(node, path: name(key), &diagnostics)
  }

  /// The items of a list of texts; nil when the key is not there or is no list.
  func texts(_ key: String, _ diagnostics: inout Diagnostics) -> [Located<String>]? {
    guard let node = node(key, &diagnostics) else { return nil }
    guard case .sequence(let items) = node.content else {
      if case .scalar(let text, _) = node.content {
        diagnostics.report("\(name(key)) must be a list", at: node.position, hint: "write [\(text.shown)]")
      } else {
        Self.reportKind(of: node, wanted: "a list", path: name(key), &diagnostics)
      }
      return nil
    }
    return items.compactMap { Self.text($0, path: "an item of \(name(key))", &diagnostics) }
  }

  /// The items of a list of whatever they are; nil when the key is not there or is no list.
  func items(_ key: String, _ diagnostics: inout Diagnostics) -> [YAMLNode]? {
    guard let node = node(key, &diagnostics) else { return nil }
    guard case .sequence(let items) = node.content else {
      Self.reportKind(of: node, wanted: "a list", path: name(key), &diagnostics)
      return nil
    }
    return items
  }

  /// A whole number without quotes, sign or leading zero; one too large for the machine is `Int.max`.
  func integer(_ key: String, _ diagnostics: inout Diagnostics) -> Located<Int>? {
    guard let node = node(key, &diagnostics) else { return nil }
    if case .refused = node.content { return nil }
    guard case .scalar(let text, plain: true) = node.content, !text.isEmpty,
      text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
      text == "0" || !text.hasPrefix("0")
    else {
      diagnostics.report(
        "\(name(key)) must be a whole number", at: node.position, hint: "digits only, without quotes")
      return nil
    }
    return Located(value: Int(text) ?? .max, position: node.position)
  }

  func boolean(_ key: String, _ diagnostics: inout Diagnostics) -> Located<Bool>? {
    guard let node = node(key, &diagnostics) else { return nil }
    switch node.content {
    case .scalar("true", plain: true): return Located(value: true, position: node.position)
    case .scalar("false", plain: true): return Located(value: false, position: node.position)
    case .refused: return nil
    default:
      diagnostics.report(
        "\(name(key)) must be true or false", at: node.position, hint: "write true or false, without quotes")
      return nil
    }
  }

  /// A mapping inside this one; nil when it is not there or is none.
  func mapping(_ key: String, keys: [String], _ diagnostics: inout Diagnostics) -> MappingReader? {
    MappingReader(node(key, &diagnostics), path: name(key), keys: keys, &diagnostics)
  }

  /// The pairs of a mapping whose keys are names that the roster gives; nil when it is not there or is none.
  func entries(_ key: String, _ diagnostics: inout Diagnostics) -> [YAMLPair]? {
    guard let node = node(key, &diagnostics) else { return nil }
    guard case .mapping(let pairs) = node.content else {
      Self.reportKind(of: node, wanted: "names with what belongs to them", path: name(key), &diagnostics)
      return nil
    }
    if pairs.isEmpty { diagnostics.report("\(name(key)) is empty", at: node.position, hint: "name at least one") }
    return pairs
  }

  private func name(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

  private static func text(_ node: YAMLNode, path: String, _ diagnostics: inout Diagnostics) -> Located<String>? {
    guard case .scalar(let text, _) = node.content else {
      reportKind(of: node, wanted: "text", path: path, &diagnostics)
      return nil
    }
    return Located(value: text, position: node.position)
  }

  private static func reportKind(
    of node: YAMLNode, wanted: String, path: String, _ diagnostics: inout Diagnostics
  ) {
    let kind: String
    switch node.content {
    case .refused: return
    case .scalar: kind = "a single value"
    case .sequence: kind = "a list"
    case .mapping: kind = "a mapping"
    case .null: kind = "nothing"
    }
    diagnostics.report("\(path.isEmpty ? "the roster" : path) must be \(wanted), not \(kind)", at: node.position)
  }
}
