/// A node of the roster's text, with the place where it begins.
struct YAMLNode: Sendable {
  indirect enum Content: Sendable {
    /// A scalar; `plain` when it has no quotes and is no block, so that `true` and `12` are more than text.
    case scalar(String, plain: Bool)
    case sequence([YAMLNode])
    case mapping([YAMLPair])
    case null
    /// Something that was already reported; readers pass over it.
    case refused
  }

  var content: Content
  var position: Position
}

/// A key of a mapping, and its value.
struct YAMLPair: Sendable {
  var key: String
  var position: Position
  var value: YAMLNode
}
