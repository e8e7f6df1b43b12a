/// The JSON Schema (draft 7, which editors' YAML servers read best) of `users.yaml`.
package enum RosterSchema {
  /// The text of `docs/users.schema.json`, which is built in.
  package static var json: String { String(decoding: PackageResources.users_schema_json, as: UTF8.self) }
}
