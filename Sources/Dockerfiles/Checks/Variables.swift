/// A variable is set before it is used. What a base image sets is not known where the image is not at hand: names in
/// capitals then count only if they are nearly one that is set.
enum UndefinedVar: Check {
  static let rule = CheckRule.docker("UndefinedVar", "Variables are defined before they are used")

  static func findings(in subject: CheckSubject) -> [Finding] {
    subject.steps.flatMap { step in
      step.unset.map { unset in
        let hint = unset.suggestion.map { " (did you mean $\($0)?)" } ?? ""
        return Finding(rule, "Usage of undefined variable '$\(unset.name)'\(hint)", at: step.instruction.range)
      }
    }
  }
}

/// No ARG and no ENV whose name says that its value is a secret: both can be read from the image.
enum SecretsUsedInArgOrEnv: Check {
  static let rule = CheckRule.docker("SecretsUsedInArgOrEnv", "Secrets are neither in ARG nor in ENV")

  private static let secret: Set<String> = [
    "apikey", "auth", "credential", "credentials", "key", "password", "pword", "passwd", "secret", "token",
  ]
  private static let harmless: Set<String> = ["public", "file", "version"]

  static func findings(in subject: CheckSubject) -> [Finding] {
    subject.steps.flatMap { step in
      let names: [Word] =
        switch step.instruction.kind {
        case .arg(let arg): arg.arguments.map(\.name)
        case .env(let env): env.variables.map(\.key)
        default: []
        }
      return names.map(\.text).filter(isSecret).map { name in
        Finding(
          rule, "Do not use ARG or ENV instructions for sensitive data (\(step.instruction.name) \"\(name)\")",
          at: step.instruction.range)
      }
    }
  }

  private static func isSecret(_ name: String) -> Bool {
    let parts = Set(name.lowercased().split(separator: "_").map(String.init))
    return !parts.isDisjoint(with: secret) && parts.isDisjoint(with: harmless)
  }
}
