import Yams

/// Reads a text as one YAML document, every node with its place. The only file that knows Yams.
///
/// What YAML allows and a roster does not is refused here: a second document, a key given twice, anchors and aliases
/// (a reviewed file says what it means where it says it), tags, keys that are not text.
struct YAMLDocument {
  /// nil when nothing could be read; the reason is then among the problems.
  private(set) var root: YAMLNode?
  private var keys: RepeatedKeys
  private var diagnostics: Diagnostics

  /// A text with more words that look like aliases than this is not given to Yams, whose time for nested ones grows
  /// without bound; with so few it stays below a few thousand nodes.
  private static let mostAliases = 20

  /// Keys given twice that are looked for before giving up.
  private static let mostRepeatedKeys = 40

  static func read(_ text: String, _ diagnostics: inout Diagnostics) -> YAMLNode? {
    var document = YAMLDocument(text, diagnostics)
    document.compose()
    diagnostics = document.diagnostics
    return document.root
  }

  private init(_ text: String, _ diagnostics: Diagnostics) {
    keys = RepeatedKeys(text)
    self.diagnostics = diagnostics
  }

  private mutating func compose() {
    let source = SourceText(keys.text)
    if let (scalar, position) = source.firstUnprintable {
      let name = "U+" + String(scalar.value, radix: 16, uppercase: true)
      diagnostics.report("the character \(name) is not allowed in YAML", at: position, hint: "remove it")
      return
    }
    let aliases = Self.aliases(in: source)
    if aliases.count > Self.mostAliases {
      diagnostics.report(Self.anchored, at: aliases[0])
      return
    }
    for _ in 0...Self.mostRepeatedKeys {
      do {
        let parser = try Parser(yaml: keys.text, encoding: .utf8)
        // Yams' nodes refer to their anchors weakly: the parser keeps those alive.
        try withExtendedLifetime(parser) {
          guard let node = try parser.singleRoot() else { return }
          root = convert(node)
        }
        return reportEmptyRoot()
      } catch YamlError.duplicatedKeysInMapping(_, let context) {
        let position = Position(line: context.mark.line, column: context.mark.column)
        if !keys.tellApart(keyAt: position) {
          return diagnostics.report("this key is given more than once", at: keys.position(of: position))
        }
      } catch let error as YamlError {
        let (flaw, position) = YAMLSyntax.flaw(error, in: SourceText(keys.text))
        return diagnostics.report(flaw, at: keys.position(of: position))
      } catch {
        return diagnostics.report("this cannot be read as YAML", at: .start)
      }
    }
    diagnostics.report("too many keys are given more than once", at: .start)
  }

  private mutating func reportEmptyRoot() {
    if case .null? = root?.content { root = nil }
  }

  // MARK: - Nodes

  private static let anchored = Flaw(
    "anchors and aliases are not used here", hint: "write the value out where it is meant")

  private mutating func convert(_ node: Node) -> YAMLNode {
    let position = place(node.mark)
    // An alias is the node that it names: never descended into, or a few of them nested would be billions of nodes.
    guard node.anchor == nil else {
      if anchors.insert(position).inserted { diagnostics.report(Self.anchored, at: position) }
      return YAMLNode(content: .refused, position: position)
    }
    switch node {
    case .scalar(let scalar):
      // Yams itself gives quoted text and blocks the tag of text.
      let tag = scalar.tag.rawValue
      let plain = scalar.style == .plain
      guard tag.isEmpty || (!plain && tag == Tag.Name.str.rawValue) else {
        diagnostics.report("YAML tags are not used here", at: position, hint: "remove the word that begins with !")
        return YAMLNode(content: .refused, position: position)
      }
      let isNull = plain && ["", "~", "null", "Null", "NULL"].contains(scalar.string)
      return YAMLNode(content: isNull ? .null : .scalar(scalar.string, plain: plain), position: position)
    case .sequence(let sequence):
      return YAMLNode(content: .sequence(sequence.map { convert($0) }), position: position)
    case .mapping(let mapping):
      return YAMLNode(content: .mapping(pairs(of: mapping)), position: position)
    case .alias:
      return YAMLNode(content: .refused, position: position)
    }
  }

  private var anchors: Set<Position> = []

  private mutating func pairs(of mapping: Node.Mapping) -> [YAMLPair] {
    var pairs: [YAMLPair] = []
    var lines: [String: Int] = [:]
    for (key, value) in mapping {
      let position = place(key.mark)
      guard case .scalar(let scalar) = key, key.anchor == nil else {
        diagnostics.report("a key must be a word", at: position)
        continue
      }
      let name = keys.name(of: scalar.string)
      if let line = lines[name] {
        diagnostics.report(
          "\(name.quoted) is already given on line \(line)", at: position, hint: "keep one of the two")
        continue
      }
      lines[name] = position.line
      pairs.append(YAMLPair(key: name, position: position, value: convert(value)))
    }
    return pairs
  }

  private func place(_ mark: Mark?) -> Position {
    mark.map { keys.position(of: Position(line: $0.line, column: $0.column)) } ?? .start
  }

  /// Where a word begins that may be an alias: `*name` after a space or a bracket, whether in quotes or not.
  private static func aliases(in source: SourceText) -> [Position] {
    let scalars = source.scalars
    return scalars.indices.filter { index in
      guard scalars[index] == "*", index + 1 < scalars.count else { return false }
      let next = scalars[index + 1].properties
      let before: Unicode.Scalar = index == 0 ? "\n" : scalars[index - 1]
      return (next.isAlphabetic || next.numericType != nil || "-_".unicodeScalars.contains(scalars[index + 1]))
        && " \t\r\n[]{},?:".unicodeScalars.contains(before)
    }.prefix(mostAliases + 1).map { source.position(of: $0) }
  }
}
