/// A group as it was read, with the places that rules between groups name.
struct GroupDraft: Sendable {
  var group: Group
  var position: Position
  /// The group's data, each with its place.
  var data: [Located<S3Location>]
  /// Where the family and the role are given; the group's own place when they are not.
  var familyPosition: Position
  var rolePosition: Position
}
