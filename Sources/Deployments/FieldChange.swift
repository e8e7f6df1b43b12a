import AWS
import FoundationEssentials
import Native

/// One field that differs between two task definitions.
package struct FieldChange: Sendable, Equatable, CustomStringConvertible {
  /// The names from the outside in, such as `containerDefinitions.jupyterhub.image`.
  package var path: String
  /// As JSON, but text without its quotes; nil where the field is not there.
  package var before: String?
  package var after: String?

  /// `memory: 2048 -> 4096`
  package var description: String { "\(path): \(before ?? "(none)") -> \(after ?? "(none)")" }

  /// Every difference, in the order of the paths.
  package static func between(_ old: NormalForm, _ new: NormalForm) -> [FieldChange] {
    changes(old.value, new.value, at: [])
  }

  private static func changes(_ old: JSONValue?, _ new: JSONValue?, at path: [String]) -> [FieldChange] {
    if old == new { return [] }
    let before = fields(of: old)
    let after = fields(of: new)
    // A whole object that is new or gone is told field by field too.
    if before != nil || after != nil, before != nil || old == nil, after != nil || new == nil {
      let keys = Set(before?.keys.map { $0 } ?? []).union(after?.keys.map { $0 } ?? []).sorted()
      if !keys.isEmpty { return keys.flatMap { changes(before?[$0], after?[$0], at: path + [$0]) } }
    }
    return [FieldChange(path: path.joined(separator: "."), before: old.map(show), after: new.map(show))]
  }

  private static func fields(of value: JSONValue?) -> [String: JSONValue]? {
    guard case .object(let fields) = value else { return nil }
    return fields
  }

  private static func show(_ value: JSONValue) -> String {
    if let text = value.text { return text.isEmpty ? "\"\"" : text }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return (try? encoder.encode(value)).map { String(decoding: $0, as: UTF8.self) } ?? "?"
  }
}
