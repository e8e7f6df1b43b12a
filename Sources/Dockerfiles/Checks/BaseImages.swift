/// FROM sees the arguments before the first FROM only.
enum UndefinedArgInFrom: Check {
  static let rule = CheckRule.docker("UndefinedArgInFrom", "FROM uses declared arguments")

  static func findings(in subject: CheckSubject) -> [Finding] {
    var suggestions = Suggestions()
    let known = Set(subject.globals.keys).union(subject.dockerfile.globalArgs.flatMap(\.arguments).map(\.name.text))
    return subject.dockerfile.stages.flatMap { stage in
      let words = [stage.from.image, stage.from.platform].compactMap(\.self)
      var names: [String] = []
      for word in words {
        let unset = (try? subject.dockerfile.expander.expandNotingUnset(word) { subject.globals[$0] })?.unset ?? []
        names += unset.filter { !known.contains($0) && !names.contains($0) }
      }
      return names.map { name in
        let hint = suggestions.nearest(to: name, among: known).map { " (did you mean $\($0)?)" } ?? ""
        return Finding(rule, "FROM argument '\(name)' is not declared\(hint)", at: stage.range)
      }
    }
  }
}

/// A FROM names an image though no `--build-arg` is given.
enum InvalidDefaultArgInFrom: Check {
  static let rule = CheckRule.docker(
    "InvalidDefaultArgInFrom", "The defaults of the arguments in FROM make the name of an image")

  static func findings(in subject: CheckSubject) -> [Finding] {
    let dockerfile = subject.dockerfile
    guard
      let globals = try? StageGraph.globalArguments(
        of: dockerfile, buildArguments: [:], platform: subject.inputs.platform)
    else { return [] }
    let stages = Set(dockerfile.stages.compactMap(\.name))
    return dockerfile.stages.compactMap { stage in
      let image = stage.from.image
      guard let name = try? dockerfile.expander.expand(image, lookup: { globals[$0] }), !ImageName.isValid(name),
        !stages.contains(name.lowercased())
      else { return nil }
      return Finding(
        rule, "Default value for ARG \(image.text) results in empty or invalid base image name", at: stage.range)
    }
  }
}

/// The target's platform is what FROM takes anyway.
enum RedundantTargetPlatform: Check {
  static let rule = CheckRule.docker(
    "RedundantTargetPlatform", "FROM takes the platform of the target without being told")

  static func findings(in subject: CheckSubject) -> [Finding] {
    subject.dockerfile.stages.compactMap { stage in
      let platform = stage.from.platform?.text
      guard platform == "$TARGETPLATFORM" || platform == "${TARGETPLATFORM}" else { return nil }
      return Finding(
        rule, "Setting platform to predefined $TARGETPLATFORM in FROM is redundant as this is the default behavior",
        at: stage.range)
    }
  }
}

/// A platform in FROM is a variable, unless the stage's name says that it is for one platform only.
enum FromPlatformFlagConstDisallowed: Check {
  static let rule = CheckRule.docker("FromPlatformFlagConstDisallowed", "--platform in FROM is no constant")

  static func findings(in subject: CheckSubject) -> [Finding] {
    subject.dockerfile.stages.compactMap { stage in
      guard let platform = stage.from.platform, !platform.hasVariable else { return nil }
      let parts = platform.text.split(separator: "/").map(String.init)
      let name = stage.name ?? ""
      guard !parts.isEmpty, !parts.prefix(2).contains(where: name.contains) else { return nil }
      return Finding(
        rule, "FROM --platform flag should not use constant value \"\(platform.text)\"", at: stage.range)
    }
  }
}

/// The base that was found is for the platform that is built for. Bases that are not at hand are not asked for.
enum InvalidBaseImagePlatform: Check {
  static let rule = CheckRule.docker("InvalidBaseImagePlatform", "A base image is for the platform of the target")

  static func findings(in subject: CheckSubject) -> [Finding] {
    zip(subject.dockerfile.stages, subject.graph?.bases ?? []).compactMap { stage, base in
      guard case .image(let name) = base.source, let actual = subject.inputs.base(name)?.platform,
        let expected = base.platform ?? subject.inputs.platform["TARGETPLATFORM"],
        actual.split(separator: "/").prefix(2) != expected.split(separator: "/").prefix(2)
      else { return nil }
      return Finding(
        rule, "Base image \(name) was pulled with platform \"\(actual)\", expected \"\(expected)\" for current build",
        at: stage.range)
    }
  }
}
