extension RosterAnalysis {
  mutating func groups(_ root: MappingReader, project: String) -> [GroupDraft] {
    (root.entries("groups", &diagnostics) ?? []).map { group($0, project: project) }
  }

  private mutating func group(_ pair: YAMLPair, project: String) -> GroupDraft {
    do {
      try PlainName.check(pair.key, kind: "group")
    } catch {
      diagnostics.report(error, at: pair.position)
    }
    // `pii:` with nothing after it is a group with nothing of its own.
    var body = pair.value
    if case .null = body.content { body = YAMLNode(content: .mapping([]), position: pair.position) }
    let section = MappingReader(body, path: "groups.\(pair.key.shown)", keys: RosterKey.group, &diagnostics)

    let description = section?.text("description", &diagnostics)
    let data = section.map { locations(of: $0) } ?? []
    let image = section?.mapping("image", keys: RosterKey.groupImage, &diagnostics)
    let apt = image.map { names($0, "apt", check: PackageName.checkDebian) } ?? []
    let r = image.map { names($0, "r", check: PackageName.checkR) } ?? []
    let taskSection = section?.mapping("task", keys: RosterKey.task, &diagnostics)
    let task = task(taskSection, prefix: "\(project)-\(pair.key)")
    checkDefaultRoles(of: task, section: taskSection, at: pair.position)
    return GroupDraft(
      group: Group(
        name: pair.key, description: description?.value, data: data.map(\.value), apt: apt, r: r, task: task),
      position: pair.position, data: data,
      familyPosition: taskSection?.valuePosition(of: "family") ?? pair.position,
      rolePosition: taskSection?.valuePosition(of: "role") ?? pair.position)
  }

  /// A role's name that is made of the project's and the group's may be longer than IAM allows.
  private mutating func checkDefaultRoles(of task: TaskSettings, section: MappingReader?, at position: Position) {
    for (key, role) in [("role", task.role), ("execution_role", task.executionRole)]
    where role.utf8.count > 64 && section?.contains(key) != true {
      diagnostics.report(
        "the role's name \(role.quoted) would be longer than 64", at: position, hint: "give task.\(key)")
    }
  }

  private mutating func locations(of section: MappingReader) -> [Located<S3Location>] {
    var locations: [Located<S3Location>] = []
    for raw in section.texts("data", &diagnostics) ?? [] {
      let parsed = diagnostics.accept(raw) { (text) throws(Flaw) in try S3Location(parsing: text, allowsGroup: false) }
      guard let location = parsed else { continue }
      if locations.contains(where: { $0.value == location.value }) {
        diagnostics.report(
          "\(location.value.description.quoted) is already in this list", at: location.position,
          hint: "keep one of the two")
      } else {
        locations.append(location)
      }
    }
    return locations
  }
}
