extension RosterAnalysis {
  /// The rules between groups: no two share a task definition, a role or a place in S3, or the separation that groups are
  /// made for is gone.
  mutating func checkSeparation(of groups: [GroupDraft], notebooks: Located<S3Location>?) {
    for (index, later) in groups.enumerated() {
      for earlier in groups[..<index] {
        checkTasks(earlier, later)
        for location in later.data {
          guard let other = earlier.data.first(where: { $0.value.overlaps(location.value) }) else { continue }
          reportOverlap(of: location, with: other, of: earlier.group.name)
        }
      }
    }
    if let notebooks { checkNotebooks(notebooks, groups) }
  }

  private mutating func checkTasks(_ earlier: GroupDraft, _ later: GroupDraft) {
    let (first, second) = (earlier.group, later.group)
    if first.task.family == second.task.family {
      diagnostics.report(
        "the task family \(second.task.family.quoted) is already \(first.name.shown)'s", at: later.familyPosition,
        hint: "each group has a task definition of its own")
    }
    if first.task.role == second.task.role {
      diagnostics.report(
        "the role \(second.task.role.quoted) is already \(first.name.shown)'s", at: later.rolePosition,
        hint: "with one role both groups could read the same data: give each its own")
    }
  }

  private mutating func reportOverlap(
    of location: Located<S3Location>, with other: Located<S3Location>, of owner: String
  ) {
    let relation =
      location.value == other.value
      ? "is already \(owner.shown)'s" : "overlaps \(owner.shown)'s \(other.value.description.quoted)"
    diagnostics.report(
      "\(location.value.description.quoted) \(relation) (line \(other.position.line))", at: location.position,
      hint: "a group's data must lie apart from every other group's")
  }

  private mutating func checkNotebooks(_ notebooks: Located<S3Location>, _ groups: [GroupDraft]) {
    let places = groups.map { draft in (draft.group.name, notebooks.value.filled(group: draft.group.name)) }
    if groups.count > 1, places.allSatisfy({ $0.1 == places[0].1 }) {
      diagnostics.report(
        "all groups would keep their notebooks in one place", at: notebooks.position, hint: "put {group} into it")
    }
    for (name, place) in places {
      // The template was checked with a short name.
      if place.bucket.utf8.count > 63 {
        diagnostics.report(
          "the bucket of \(name.shown)'s notebooks would have a name longer than 63", at: notebooks.position,
          hint: "put {group} into the prefix")
      }
      for draft in groups where draft.group.name != name {
        for location in draft.data where location.value.overlaps(place) {
          diagnostics.report(
            "\(location.value.description.quoted) overlaps the notebooks of \(name.shown) (line \(notebooks.position.line))",
            at: location.position, hint: "a group's data must lie apart from other groups' notebooks")
        }
      }
    }
  }
}
