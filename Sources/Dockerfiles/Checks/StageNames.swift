/// A stage's name is in small letters.
enum StageNameCasing: Check {
  static let rule = CheckRule.docker("StageNameCasing", "Stage names are lowercase")

  static func findings(in subject: CheckSubject) -> [Finding] {
    subject.dockerfile.stages.compactMap { stage in
      guard let name = stage.from.alias?.name, name != name.lowercased() else { return nil }
      return Finding(rule, "Stage name '\(name)' should be lowercase", at: stage.range)
    }
  }
}

/// `FROM ... AS`, or `from ... as`. A `From` is `ConsistentInstructionCasing`'s business alone.
enum FromAsCasing: Check {
  static let rule = CheckRule.docker("FromAsCasing", "The 'as' keyword has the case of the 'from' keyword")

  static func findings(in subject: CheckSubject) -> [Finding] {
    subject.dockerfile.stages.compactMap { stage in
      guard let keyword = stage.from.alias?.keyword else { return nil }
      let from = stage.keyword
      let expected = from == from.lowercased() ? "as" : from == from.uppercased() ? "AS" : keyword
      guard keyword != expected else { return nil }
      return Finding(rule, "'\(keyword)' and '\(from)' keywords' casing do not match", at: stage.range)
    }
  }
}

/// No two stages have one name.
enum DuplicateStageName: Check {
  static let rule = CheckRule.docker("DuplicateStageName", "Stage names are unique")

  static func findings(in subject: CheckSubject) -> [Finding] {
    var seen: Set<String> = []
    return subject.dockerfile.stages.compactMap { stage in
      guard let name = stage.name, !seen.insert(name).inserted else { return nil }
      return Finding(rule, "Duplicate stage name \"\(name)\", stage names should be unique", at: stage.range)
    }
  }
}

/// `scratch` and `context` mean something else already.
enum ReservedStageName: Check {
  static let rule = CheckRule.docker("ReservedStageName", "Reserved words are no stage names")

  static func findings(in subject: CheckSubject) -> [Finding] {
    subject.dockerfile.stages.compactMap { stage in
      guard let name = stage.name, ["scratch", "context"].contains(name) else { return nil }
      return Finding(
        rule, "Stage name should not use the same name as reserved stage \"\(name)\"", at: stage.range)
    }
  }
}
