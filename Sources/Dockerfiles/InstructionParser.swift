/// Makes an instruction of a logical line.
struct InstructionParser {
  /// What a logical line may be.
  enum Statement {
    case from(FromInstruction)
    case instruction(Instruction.Kind)
  }

  static let names = [
    "ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "MAINTAINER",
    "ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR",
  ]

  /// Parses `line`, and reads the heredocs that it opens from the lines below it.
  static func parse(_ line: Fragment, _ reader: inout LineReader) throws(DockerfileError) -> (String, Statement) {
    let heredocs = try heredocs(of: line, from: &reader)
    var text = InstructionText(line, heredocs: heredocs, escape: reader.directives.escape, source: reader.source)
    return (text.name, try statement(&text))
  }

  private static func statement(_ text: inout InstructionText) throws(DockerfileError) -> Statement {
    switch text.name {
    case "ADD": .instruction(.add(try AddInstruction(&text)))
    case "ARG": .instruction(.arg(try ArgInstruction(&text)))
    case "CMD": .instruction(.cmd(try CmdInstruction(&text)))
    case "COPY": .instruction(.copy(try CopyInstruction(&text)))
    case "ENTRYPOINT": .instruction(.entrypoint(try EntrypointInstruction(&text)))
    case "ENV": .instruction(.env(try EnvInstruction(&text)))
    case "EXPOSE": .instruction(.expose(try ExposeInstruction(&text)))
    case "FROM": .from(try FromInstruction(&text))
    case "HEALTHCHECK": .instruction(.healthcheck(try HealthcheckInstruction(&text)))
    case "LABEL": .instruction(.label(try LabelInstruction(&text)))
    case "MAINTAINER": .instruction(.maintainer(try MaintainerInstruction(&text)))
    case "ONBUILD": .instruction(.onbuild(try onbuild(&text)))
    case "RUN": .instruction(.run(try RunInstruction(&text)))
    case "SHELL": .instruction(.shell(try ShellInstruction(&text)))
    case "STOPSIGNAL": .instruction(.stopsignal(try StopsignalInstruction(&text)))
    case "USER": .instruction(.user(try UserInstruction(&text)))
    case "VOLUME": .instruction(.volume(try VolumeInstruction(&text)))
    case "WORKDIR": .instruction(.workdir(try WorkdirInstruction(&text)))
    default: throw unknown(text)
    }
  }

  private static func unknown(_ text: InstructionText) -> DockerfileError {
    let hint = NearestName.of(text.name, among: names).map { "did you mean \($0)?" }
    return text.source.error(
      .unknownInstruction, at: text.location, "there is no instruction \(text.name.prefix(40))",
      hint: hint ?? "to go on with the line above, end that with \(text.escape)")
  }

  /// The instruction after ONBUILD is parsed now, so that its errors show here and not in somebody else's build.
  private static func onbuild(_ text: inout InstructionText) throws(DockerfileError) -> OnbuildInstruction {
    try text.flags.finish()
    try text.wholeArgument()
    var inner = InstructionText(
      text.arguments, heredocs: text.heredocs, escape: text.escape, source: text.source)
    guard !["FROM", "MAINTAINER", "ONBUILD"].contains(inner.name) else {
      throw text.error("ONBUILD \(inner.name) is not allowed", hint: "take the line away")
    }
    _ = try statement(&inner)
    return OnbuildInstruction(
      trigger: ([text.arguments.text] + text.heredocs.map(\.verbatim)).joined(separator: "\n"))
  }

  /// RUN, COPY and ADD have heredocs, unless their arguments are JSON.
  private static func heredocs(
    of line: Fragment, from reader: inout LineReader
  ) throws(DockerfileError) -> [Heredoc] {
    guard line.scalars.contains("<") else { return [] }
    var text = InstructionText(line, heredocs: [], escape: reader.directives.escape, source: reader.source)
    if text.name == "ONBUILD" {
      text = InstructionText(text.arguments, heredocs: [], escape: text.escape, source: text.source)
    }
    guard ["RUN", "COPY", "ADD"].contains(text.name), try JSONStrings.parse(text.arguments, in: text.source) == nil
    else { return [] }
    var heredocs: [Heredoc] = []
    for opening in Heredoc.openings(in: line) { heredocs.append(try Heredoc(opening, from: &reader)) }
    return heredocs
  }
}
