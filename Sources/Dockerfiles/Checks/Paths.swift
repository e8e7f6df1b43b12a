/// The first WORKDIR of a file's own is absolute: what the base has may change.
enum WorkdirRelativePath: Check {
  static let rule = CheckRule.docker(
    "WorkdirRelativePath", "A relative WORKDIR stands below an absolute one of the same file")

  static func findings(in subject: CheckSubject) -> [Finding] {
    subject.steps.compactMap { step in
      guard case .workdir = step.instruction.kind, !step.hasWorkdir, let path = step.words.first,
        !path.hasPrefix("/")
      else { return nil }
      return Finding(
        rule, "Relative workdir \"\(path)\" can have unexpected results if the base image changes",
        at: step.instruction.range)
    }
  }
}

/// COPY and ADD name no file that `.dockerignore` leaves out. Docker does not ask where a pattern brings files back.
enum CopyIgnoredFile: Check {
  static let rule = CheckRule.docker(
    "CopyIgnoredFile", "COPY and ADD name no file that .dockerignore leaves out", isExperimental: true)

  static func findings(in subject: CheckSubject) -> [Finding] {
    guard let ignore = subject.inputs.ignore, !ignore.hasExceptions else { return [] }
    return subject.steps.flatMap { step -> [Finding] in
      let verb: String
      switch step.instruction.kind {
      case .copy(let copy) where copy.from == nil: verb = "Copy"
      case .add: verb = "Add"
      default: return []
      }
      return step.words.filter { !$0.contains("://") && ignore.matches(relative($0)) }.map { path in
        Finding(
          rule, "Attempting to \(verb) file \"\(path)\" that is excluded by .dockerignore", at: step.instruction.range)
      }
    }
  }

  private static func relative(_ path: String) -> String {
    let path = CleanPath.of(path)
    return path == "/" ? "." : String(path.drop { $0 == "/" })
  }
}
