/// `RUN [flags] command`: runs a command; what it changes is a layer.
package struct RunInstruction: Sendable, Hashable {
  package enum Network: String, Sendable, Hashable, CaseIterable {
    case `default`, none, host
  }

  package enum Security: String, Sendable, Hashable, CaseIterable {
    case sandbox, insecure
  }

  /// What is to be run, once heredocs have their place.
  package enum Script: Sendable, Hashable {
    case command(CommandForm)
    /// `RUN <<NAME` with a first line `#!`: a file to write as `name` (mode 0755) and to run without a shell.
    case executable(name: String, content: String)
  }

  /// The command as written. Not expanded: variables are the shell's business.
  package let command: CommandForm
  package let heredocs: [Heredoc]
  /// In order.
  package let mounts: [MountOptions]
  package let network: Network?
  package let security: Security?
  /// Names of devices to hand in (`--device`), as CDI has them. Not expanded.
  package let devices: [Word]

  init(_ text: inout InstructionText) throws(DockerfileError) {
    var mounts: [MountOptions] = []
    for word in try text.flags.words("mount") {
      mounts.append(try MountOptions(word, escape: text.escape, in: text.source))
    }
    network = try Self.choice("network", &text)
    security = try Self.choice("security", &text)
    devices = try text.flags.words("device")
    try text.flags.finish()
    self.mounts = mounts
    heredocs = text.heredocs
    command = try CommandForm(text.arguments, in: text.source)
    if command.isEmpty { throw text.error("RUN has no command", hint: "write RUN COMMAND, or take the line away") }
  }

  /// The script that the shell is given, with the heredocs that belong to it.
  package var script: Script {
    guard case .shell(let line) = command, let first = heredocs.first else { return .command(command) }
    let opening = Heredoc.openings(in: Fragment(line.unicodeScalars, line: 1))
    if opening.count == 1, opening[0].place.count == line.unicodeScalars.count {
      if first.verbatim.hasPrefix("#!") { return .executable(name: first.name, content: first.content) }
      return .command(.shell(first.content))
    }
    return .command(.shell(([line] + heredocs.map(\.verbatim)).joined(separator: "\n")))
  }

  private static func choice<Choice: RawRepresentable & CaseIterable>(
    _ flag: String, _ text: inout InstructionText
  ) throws(DockerfileError) -> Choice? where Choice.RawValue == String {
    guard let word = try text.flags.word(flag) else { return nil }
    if let choice = Choice(rawValue: word.text) { return choice }
    let all = Choice.allCases.map(\.rawValue)
    throw text.source.error(
      .flag, at: word.location, "--\(flag) cannot be '\(word.text)'",
      hint: NearestName.of(word.text, among: all).map { "did you mean \($0)?" }
        ?? "it is \(all.joined(separator: " or "))")
  }
}
