import OCI

/// A registry that holds copies of another's images: `HOST[:PORT][/PREFIX]`.
package struct RegistryMirror: Sendable, Hashable, CustomStringConvertible {
  /// As in a reference.
  package let registry: String
  /// What stands there before each repository's name; nil for nothing.
  package let prefix: String?

  /// nil for what names no host, or a prefix that is no repository.
  package init?(_ text: some StringProtocol) {
    let registry = String(text.prefix { $0 != "/" })
    let prefix = String(text.dropFirst(registry.count + 1))
    guard Reference.isRegistry(registry), prefix.isEmpty || Reference.isRepository(prefix) else { return nil }
    self.registry = registry
    self.prefix = prefix.isEmpty ? nil : prefix
  }

  package var description: String { registry + (prefix.map { "/\($0)" } ?? "") }

  /// Where the mirror has what `reference` names.
  func reference(to reference: Reference) -> Reference {
    var copy = reference
    copy.registry = registry
    copy.repository = (prefix.map { "\($0)/" } ?? "") + reference.repository
    return copy
  }
}
