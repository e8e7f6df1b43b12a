/// The word of STOPSIGNAL: the name of a signal of Linux, with or without `SIG`, or its number.
///
/// Source: Dockerfile reference, "STOPSIGNAL"; signal(7).
enum StopSignal {
  private static let names: Set<String> = [
    "ABRT", "ALRM", "BUS", "CHLD", "CLD", "CONT", "FPE", "HUP", "ILL", "INT", "IO", "IOT", "KILL", "PIPE", "POLL",
    "PROF", "PWR", "QUIT", "SEGV", "STKFLT", "STOP", "SYS", "TERM", "TRAP", "TSTP", "TTIN", "TTOU", "URG", "USR1",
    "USR2", "VTALRM", "WINCH", "XCPU", "XFSZ", "RTMIN", "RTMAX",
  ]

  /// Gives the word back.
  ///
  /// - Throws: `BuildError` with code `input` for a word that is no signal.
  static func check(_ text: String) throws(BuildError) -> String {
    let name = text.uppercased().hasPrefix("SIG") ? String(text.uppercased().dropFirst(3)) : text.uppercased()
    let isRealtime = name.wholeMatch(of: /RTM(IN\+|AX-)[0-9]{1,2}/) != nil
    guard names.contains(name) || isRealtime || (1...64).contains(Int(text) ?? 0) else {
      throw BuildError(
        code: .input, message: "STOPSIGNAL \(text): there is no such signal", hint: "write SIGTERM, SIGINT or a number")
    }
    return text
  }
}
