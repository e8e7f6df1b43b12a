/// CMD and ENTRYPOINT are JSON arrays: a shell between does not hand signals on. Where SHELL is set, that is meant.
enum JSONArgsRecommended: Check {
  static let rule = CheckRule.docker(
    "JSONArgsRecommended", "ENTRYPOINT and CMD are JSON arrays, so that signals reach the program")

  static func findings(in subject: CheckSubject) -> [Finding] {
    subject.steps.compactMap { step in
      let command: CommandForm
      switch step.instruction.kind {
      case .cmd(let cmd): command = cmd.command
      case .entrypoint(let entrypoint): command = entrypoint.command
      default: return nil
      }
      guard case .shell(let text) = command, !text.isEmpty, !step.hasShell else { return nil }
      return Finding(
        rule,
        "JSON arguments recommended for \(step.instruction.name) to prevent unintended behavior related to OS signals",
        at: step.instruction.range)
    }
  }
}

/// Of CMD, ENTRYPOINT and HEALTHCHECK the last one of a stage counts; those before are reported.
enum MultipleInstructionsDisallowed: Check {
  static let rule = CheckRule.docker(
    "MultipleInstructionsDisallowed", "An instruction of which the last one counts is there once a stage")

  static func findings(in subject: CheckSubject) -> [Finding] {
    subject.dockerfile.stages.flatMap { stage in
      var last: [String: SourceRange] = [:]
      return stage.instructions.compactMap { instruction -> Finding? in
        guard ["CMD", "ENTRYPOINT", "HEALTHCHECK"].contains(instruction.name) else { return nil }
        defer { last[instruction.name] = instruction.range }
        return last[instruction.name].map {
          Finding(
            rule,
            "Multiple \(instruction.name) instructions should not be used in the same stage because only the last one "
              + "will be used", at: $0)
        }
      }
    }
  }
}
