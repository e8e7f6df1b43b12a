/// Turns the nodes of a roster into the roster, checking every rule; the sections are in files of their own.
struct RosterAnalysis: Sendable {
  var diagnostics: Diagnostics

  /// The roster; nil when a part without which there is none could not be read, or when something is wrong.
  mutating func roster(from node: YAMLNode) -> Roster? {
    guard let root = MappingReader(node, path: "", keys: RosterKey.root, &diagnostics) else { return nil }
    root.require("project", hint: "a short name for all of this, such as project: jupyterhub", &diagnostics)
    root.require("groups", hint: "such as groups: {research: {}}", &diagnostics)
    root.require("users", hint: "such as users: {ada: {uid: 2001, groups: [research]}}", &diagnostics)

    let project = project(root)
    let aws = aws(root)
    let base = base(root)
    let image = image(root)
    let notebooks = notebooks(root)
    let secrets = secrets(root)
    let groups = groups(root, project: project ?? "project")
    let registry = registry(root, project: project ?? "project", groups: groups)
    let cache = cache(root)
    let users = users(root, groups: root.contains("groups") ? groups : nil)
    checkSeparation(of: groups, notebooks: notebooks)

    guard diagnostics.isEmpty, let project else { return nil }
    return Roster(
      project: project, aws: aws, registry: registry, cache: cache, base: base, image: image,
      notebooks: notebooks?.value, secrets: secrets, groups: groups.map(\.group), users: users)
  }

  private mutating func project(_ root: MappingReader) -> String? {
    guard let raw = root.text("project", &diagnostics) else { return nil }
    return diagnostics.accept(raw) { (name) throws(Flaw) in
      try PlainName.check(name, kind: "project")
      return name
    }?.value
  }

  private mutating func aws(_ root: MappingReader) -> AWSSettings {
    guard let section = root.mapping("aws", keys: RosterKey.aws, &diagnostics),
      let raw = section.text("region", &diagnostics)
    else { return AWSSettings(region: nil) }
    let region = diagnostics.accept(raw) { (name) throws(Flaw) in
      guard name.wholeMatch(of: /[a-z]{2,4}(?:-[a-z]+)+-[0-9]{1,2}/) != nil else {
        throw Flaw("\(name.quoted) is not an AWS region", hint: "such as us-east-1")
      }
      return name
    }
    return AWSSettings(region: region?.value)
  }

  private mutating func notebooks(_ root: MappingReader) -> Located<S3Location>? {
    guard let raw = root.text("notebooks", &diagnostics) else { return nil }
    return diagnostics.accept(raw) { (text) throws(Flaw) in try S3Location(parsing: text, allowsGroup: true) }
  }

  /// The items of a list, each checked, and refused when it was there before.
  mutating func names(
    _ section: MappingReader, _ key: String, check: (String) throws(Flaw) -> Void
  ) -> [String] {
    var names: [String] = []
    for raw in section.texts(key, &diagnostics) ?? [] {
      guard diagnostics.accept(raw, { (name) throws(Flaw) in try check(name) }) != nil else { continue }
      if names.contains(raw.value) {
        diagnostics.report("\(raw.value.quoted) is already in this list", at: raw.position, hint: "keep one of the two")
      } else {
        names.append(raw.value)
      }
    }
    return names
  }
}
