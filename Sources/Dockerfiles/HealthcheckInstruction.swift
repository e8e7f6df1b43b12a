/// `HEALTHCHECK [flags] CMD command`, or `HEALTHCHECK NONE`: how a container is asked if it is well.
package struct HealthcheckInstruction: Sendable, Hashable {
  /// Nil for NONE, which takes away the base's check.
  package let command: CommandForm?
  /// Nanoseconds between checks, as the image's configuration has it; 0 for the runtime's default.
  package let interval: Int64
  /// Nanoseconds that a check may take; 0 for the runtime's default.
  package let timeout: Int64
  /// Nanoseconds in which failures do not count; 0 for the runtime's default.
  package let startPeriod: Int64
  /// Nanoseconds between checks in the start period; 0 for the runtime's default.
  package let startInterval: Int64
  /// Failures in a row until the container counts as unhealthy; 0 for the runtime's default.
  package let retries: Int

  init(_ text: inout InstructionText) throws(DockerfileError) {
    interval = try Self.duration("interval", &text)
    timeout = try Self.duration("timeout", &text)
    startPeriod = try Self.duration("start-period", &text)
    startInterval = try Self.duration("start-interval", &text)
    retries = try Self.count("retries", &text)
    try text.flags.finish()
    try text.wholeArgument()
    let (kind, rest) = text.arguments.splitFirstWord()
    switch kind.text.uppercased() {
    case "NONE":
      guard rest.isEmpty else { throw text.error("HEALTHCHECK NONE takes no arguments", hint: "take them away") }
      command = nil
    case "CMD":
      let command = try CommandForm(rest, in: text.source)
      guard !command.isEmpty else {
        throw text.error("HEALTHCHECK CMD has no command", hint: "write HEALTHCHECK CMD COMMAND")
      }
      self.command = command
    default:
      throw text.error(
        "HEALTHCHECK is followed by CMD or NONE, not '\(kind.text)'", hint: "write HEALTHCHECK CMD COMMAND")
    }
  }

  private static func duration(_ flag: String, _ text: inout InstructionText) throws(DockerfileError) -> Int64 {
    guard let word = try text.flags.word(flag) else { return 0 }
    guard let nanoseconds = GoDuration.parse(word.text) else {
      throw text.source.error(
        .flag, at: word.location, "'\(word.text)' is no duration", hint: "write it as 30s, 1m30s or 500ms")
    }
    guard nanoseconds == 0 || nanoseconds >= GoDuration.millisecond else {
      throw text.source.error(
        .flag, at: word.location, "--\(flag) cannot be less than 1ms", hint: "0 stands for the default")
    }
    return nanoseconds
  }

  private static func count(_ flag: String, _ text: inout InstructionText) throws(DockerfileError) -> Int {
    guard let word = try text.flags.word(flag) else { return 0 }
    guard let number = Int32(word.text), number >= 0 else {
      throw text.source.error(
        .flag, at: word.location, "--\(flag) is a number from 0, not '\(word.text)'", hint: "write --\(flag)=3")
    }
    return Int(number)
  }
}
