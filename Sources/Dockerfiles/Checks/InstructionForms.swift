/// An instruction does not go on over an empty line. Docker reports its last line.
enum NoEmptyContinuation: Check {
  static let rule = CheckRule.docker("NoEmptyContinuation", "Empty continuation lines will become errors")

  static func findings(in subject: CheckSubject) -> [Finding] {
    subject.dockerfile.emptyContinuations.map { Finding(rule, "Empty continuation line", lines: $0...$0) }
  }
}

/// All instructions are in capitals, or all in small letters.
enum ConsistentInstructionCasing: Check {
  static let rule = CheckRule.docker(
    "ConsistentInstructionCasing", "All instructions have the same casing, either upper or lower")

  static func findings(in subject: CheckSubject) -> [Finding] {
    // Docker does not count what stands before the first FROM.
    let keywords = subject.dockerfile.stages.flatMap { stage in
      [(stage.keyword, stage.range)] + stage.instructions.map { ($0.keyword, $0.range) }
    }
    let lower = keywords.count { $0.0 == $0.0.lowercased() }
    let upper = keywords.count { $0.0 == $0.0.uppercased() }
    let (casing, isRight): (String, (Substring) -> Bool) =
      lower > upper ? ("lowercase", { $0 == $0.lowercased() }) : ("uppercase", { $0 == $0.uppercased() })
    return keywords.filter { !isRight($0.0) }.map { keyword, range in
      Finding(
        rule, "Command '\(keyword)' should match the case of the command majority (\(casing))", at: range)
    }
  }
}

/// MAINTAINER has given way to a label.
enum MaintainerDeprecated: Check {
  static let rule = CheckRule.docker(
    "MaintainerDeprecated", "MAINTAINER is deprecated, a label names the author of an image")

  static func findings(in subject: CheckSubject) -> [Finding] {
    subject.instructions.filter { $0.name == "MAINTAINER" }
      .map { Finding(rule, "Maintainer instruction is deprecated in favor of using label", at: $0.range) }
  }
}

/// `ENV name=value`, not `ENV name value`.
enum LegacyKeyValueFormat: Check {
  static let rule = CheckRule.docker(
    "LegacyKeyValueFormat", "A name and its value have an equals sign between them, and no blank")

  static func findings(in subject: CheckSubject) -> [Finding] {
    subject.instructions.compactMap { instruction in
      let pairs: [KeyValue] =
        switch instruction.kind {
        case .env(let env): env.variables
        case .label(let label): label.labels
        default: []
        }
      guard pairs.contains(where: \.isLegacy) else { return nil }
      let name = instruction.name
      return Finding(
        rule, "\"\(name) key=value\" should be used instead of legacy \"\(name) key value\" format",
        at: instruction.range)
    }
  }
}

/// A comment right above a stage or an argument describes it: `# NAME what it is for`.
enum InvalidDefinitionDescription: Check {
  static let rule = CheckRule.docker(
    "InvalidDefinitionDescription",
    "A comment right above a stage or an argument has the form `# NAME description`, or an empty line below it",
    isExperimental: true)

  static func findings(in subject: CheckSubject) -> [Finding] {
    let stages = subject.dockerfile.stages.compactMap { stage in
      stage.name.flatMap { finding("FROM", [$0], stage.comment, stage.range) }
    }
    return stages
      + subject.instructions.compactMap { instruction in
        guard case .arg(let arg) = instruction.kind else { return nil }
        return finding("ARG", arg.arguments.map(\.name.text), instruction.comment, instruction.range)
      }
  }

  private static func finding(
    _ instruction: String, _ names: [String], _ comment: String?, _ range: SourceRange
  ) -> Finding? {
    guard let comment, let first = comment.split(separator: " ", maxSplits: 1).first, !names.contains(String(first))
    else { return nil }
    let name = names.count == 1 ? names[0] : "<arg_key>"
    return Finding(rule, "Comment for \(instruction) should follow the format: `# \(name) <description>`", at: range)
  }
}
