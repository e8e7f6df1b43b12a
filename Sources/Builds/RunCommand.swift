import Dockerfiles

/// How an instruction's command becomes a process's arguments.
enum RunCommand {
  /// What runs a line where no SHELL says otherwise.
  static let standardShell = ["/bin/sh", "-c"]

  static func arguments(_ form: CommandForm, shell: [String]?) -> [String] {
    switch form {
    case .exec(let arguments): arguments
    case .shell(let line): (shell ?? standardShell) + [line]
    }
  }
}
