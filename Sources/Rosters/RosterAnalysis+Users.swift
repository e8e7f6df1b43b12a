extension RosterAnalysis {
  /// The people; `groups` is nil when the roster has none at all, which was reported already.
  mutating func users(_ root: MappingReader, groups: [GroupDraft]?) -> [User] {
    let known = groups?.map(\.group.name)
    guard let pairs = root.entries("users", &diagnostics) else { return [] }
    var users: [User] = []
    var uids: [(user: String, uid: Located<Int>)] = []
    var missing: [(user: String, position: Position)] = []
    var misspelt: Set<String> = []
    var isComplete = !pairs.isEmpty
    for pair in pairs {
      guard let section = user(pair) else {
        isComplete = false
        continue
      }
      let memberships = memberships(section, known: known, misspelt: &misspelt)
      isComplete = isComplete && memberships != nil
      if !section.contains("uid") { missing.append((pair.key, pair.position)) }
      let uid = section.integer("uid", &diagnostics)
      if let uid { uids.append((pair.key, uid)) }
      let admin = section.boolean("admin", &diagnostics)
      users.append(
        User(
          name: pair.key, uid: uid?.value ?? 0, groups: memberships ?? [], admin: admin?.value ?? false,
          fullName: fullName(section)))
    }
    checkUIDs(uids, missing: missing)
    if isComplete { checkEveryGroupHasUsers(groups ?? [], users, misspelt: misspelt) }
    return users
  }

  /// A group that only a misspelt name meant has users.
  private mutating func checkEveryGroupHasUsers(_ groups: [GroupDraft], _ users: [User], misspelt: Set<String>) {
    for draft in groups where !users.contains(where: { $0.groups.contains(draft.group.name) }) {
      guard !misspelt.contains(draft.group.name) else { continue }
      diagnostics.report(
        "the group \(draft.group.name.quoted) has no users", at: draft.position,
        hint: "add it to a user's groups, or remove it")
    }
  }

  private mutating func user(_ pair: YAMLPair) -> MappingReader? {
    // A person may be called shadowfax; a password has no uid.
    if case .scalar = pair.value.content, Secret.isNamed(by: pair.key) {
      diagnostics.reportSecret(Secret.password, at: pair.position)
      return nil
    }
    do {
      try UnixName.check(pair.key)
    } catch {
      diagnostics.report(error, at: pair.position)
    }
    if case .null = pair.value.content {
      diagnostics.report(
        "\(pair.key.quoted) has neither uid nor groups", at: pair.position,
        hint: "such as {uid: 2001, groups: [research]}")
      return nil
    }
    return MappingReader(pair.value, path: "users.\(pair.key.shown)", keys: RosterKey.user, &diagnostics)
  }

  /// The groups that a user is in; nil when the list could not be read.
  private mutating func memberships(
    _ section: MappingReader, known: [String]?, misspelt: inout Set<String>
  ) -> [String]? {
    section.require("groups", hint: "the groups whose image has this account, such as groups: [research]", &diagnostics)
    guard let names = section.texts("groups", &diagnostics) else { return nil }
    if names.isEmpty {
      diagnostics.report(
        "\(section.path) is in no group", at: section.position(of: "groups"), hint: "name at least one group")
    }
    var memberships: [String] = []
    for name in names {
      if let known, !known.contains(name.value) {
        let nearest = NearestName.of(name.value, in: known)
        if let nearest { misspelt.insert(nearest) }
        diagnostics.report(
          "nobody defines the group \(name.value.quoted)", at: name.position,
          hint: nearest.map { "did you mean \"\($0)\"?" }
            ?? "the groups are \(known.map(\.shown).joined(separator: ", "))")
      } else if memberships.contains(name.value) {
        diagnostics.report(
          "\(name.value.quoted) is already in this list", at: name.position, hint: "keep one of the two")
      } else {
        memberships.append(name.value)
      }
    }
    return memberships
  }

  private mutating func fullName(_ section: MappingReader) -> String? {
    guard let raw = section.text("name", &diagnostics) else { return nil }
    return diagnostics.accept(raw) { (name) throws(Flaw) in
      let isPlain = name.unicodeScalars.allSatisfy { scalar in
        ![.control, .lineSeparator, .paragraphSeparator].contains(scalar.properties.generalCategory)
          && !":,".unicodeScalars.contains(scalar)
      }
      guard isPlain else {
        throw Flaw("\(name.quoted) cannot stand in an account", hint: "one line without colons and commas")
      }
      guard !name.isEmpty, name.utf8.count <= 128 else {
        throw Flaw("a name has 1 to 128 bytes", hint: "shorten it, or remove the line")
      }
      return name
    }?.value
  }

  private mutating func checkUIDs(
    _ uids: [(user: String, uid: Located<Int>)], missing: [(user: String, position: Position)]
  ) {
    var free = UserID(taken: uids.map(\.uid.value))
    var owners: [Int: (user: String, line: Int)] = [:]
    for (user, uid) in uids {
      if let message = UserID.check(uid.value) {
        diagnostics.report(message, at: uid.position, hint: free.proposal())
      } else if let owner = owners[uid.value] {
        diagnostics.report(
          "uid \(uid.value) is already \(owner.user.shown)'s (line \(owner.line))", at: uid.position,
          hint: free.proposal())
      } else {
        owners[uid.value] = (user, uid.position.line)
      }
    }
    for (user, position) in missing {
      diagnostics.report("\(user.quoted) has no uid", at: position, hint: free.proposal())
    }
  }
}
