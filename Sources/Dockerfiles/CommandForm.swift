/// How an instruction gives a command.
package enum CommandForm: Sendable, Hashable {
  /// One string for the shell of the SHELL instruction. Variables in it are the shell's business.
  case shell(String)
  /// The arguments themselves, written as a JSON array; no shell and no expansion.
  case exec([String])

  /// Nothing to run: `CMD []`, or `CMD` alone.
  package var isEmpty: Bool {
    switch self {
    case .shell(let text): text.isEmpty
    case .exec(let arguments): arguments.isEmpty
    }
  }

  /// A JSON array of strings is the exec form; anything else that is not valid JSON is the shell form.
  init(_ text: Fragment, in source: SourceText) throws(DockerfileError) {
    if let strings = try JSONStrings.parse(text, in: source) {
      self = .exec(strings.map(\.text))
    } else {
      self = .shell(text.text)
    }
  }
}
