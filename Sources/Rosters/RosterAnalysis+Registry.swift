extension RosterAnalysis {
  /// Where images are pushed; `PROJECT/{group}` and `{version}` unless the roster says otherwise.
  mutating func registry(_ root: MappingReader, project: String, groups: [GroupDraft]) -> RegistrySettings {
    let standard = RegistrySettings(repository: "\(project)/{group}", tag: "{version}")
    guard let section = root.mapping("registry", keys: RosterKey.registry, &diagnostics) else { return standard }
    let repository = section.text("repository", &diagnostics).map { raw in
      diagnostics.accept(raw) { (text) throws(Flaw) in try NameTemplate.repository(text) }
    }
    let tag = section.text("tag", &diagnostics).map { raw in
      diagnostics.accept(raw) { (text) throws(Flaw) in try NameTemplate.tag(text) }
    }
    // Only a repository that was given can lack {group}: the standard one has it.
    if groups.count > 1, let given = repository, let template = given, !template.value.namesGroup,
      !Self.namesGroup(tag)
    {
      diagnostics.report(
        "the groups' images would overwrite one another in \(template.value.text.quoted)", at: template.position,
        hint: "put {group} into registry.repository or registry.tag")
    }
    return RegistrySettings(
      repository: repository.flatMap(\.self)?.value.text ?? standard.repository,
      tag: tag.flatMap(\.self)?.value.text ?? standard.tag)
  }

  /// Whether a tag tells groups apart; one that could not be read has been reported and counts as if it did.
  private static func namesGroup(_ tag: Located<NameTemplate>??) -> Bool {
    switch tag {
    case .none: false
    case .some(.none): true
    case .some(.some(let template)): template.value.namesGroup
    }
  }
}
