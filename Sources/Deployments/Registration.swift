/// What `register` did for one group.
package struct Registration: Sendable, Equatable {
  /// The group's name.
  package var group: String
  /// The task definition that is now the newest of its family.
  package var arn: String
  /// Whether a revision was made; false when the newest one says the same already.
  package var isNew: Bool
  /// The revision that was the newest before; nil for the first of the family.
  package var previous: String?
  /// How the new revision differs from the previous one; empty for the first, and when nothing was made.
  package var changes: [FieldChange]
  /// What a person should know: what was made beside, what could not be checked.
  package var notices: [Notice]

  package struct Notice: Sendable, Equatable {
    package var message: String
    package var hint: String?
  }
}
