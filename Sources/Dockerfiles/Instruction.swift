/// An instruction of a stage.
package struct Instruction: Sendable, Hashable {
  package enum Kind: Sendable, Hashable {
    case add(AddInstruction)
    case arg(ArgInstruction)
    case cmd(CmdInstruction)
    case copy(CopyInstruction)
    case entrypoint(EntrypointInstruction)
    case env(EnvInstruction)
    case expose(ExposeInstruction)
    case healthcheck(HealthcheckInstruction)
    case label(LabelInstruction)
    case maintainer(MaintainerInstruction)
    case onbuild(OnbuildInstruction)
    case run(RunInstruction)
    case shell(ShellInstruction)
    case stopsignal(StopsignalInstruction)
    case user(UserInstruction)
    case volume(VolumeInstruction)
    case workdir(WorkdirInstruction)
  }

  package let kind: Kind
  /// In capitals, such as `RUN`.
  package let name: String
  /// From the name to the end of the last line, heredocs included.
  package let range: SourceRange
  /// The text as written, continuations joined and without the bodies of heredocs: what a history and a progress show.
  package let source: String
  /// The comment on the line above, without its `#`; nil when there is none.
  package let comment: String?

  /// Where the instruction begins.
  package var location: SourceLocation { range.start }

  /// The name as it is written.
  var keyword: Substring { source.prefix { !$0.unicodeScalars.contains(where: \.isBlank) } }
}
