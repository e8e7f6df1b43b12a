/// The protocol in EXPOSE is in small letters.
enum ExposeProtoCasing: Check {
  static let rule = CheckRule.docker("ExposeProtoCasing", "The protocol in EXPOSE is lowercase")

  static func findings(in subject: CheckSubject) -> [Finding] {
    subject.exposedPorts.compactMap { port, range in
      guard let slash = port.firstIndex(of: "/"), port[slash...] != port[slash...].lowercased() else { return nil }
      return Finding(rule, "Defined protocol '\(port)' in EXPOSE instruction should be lowercase", at: range)
    }
  }
}

/// EXPOSE has ports of the container only.
enum ExposeInvalidFormat: Check {
  static let rule = CheckRule.docker(
    "ExposeInvalidFormat", "EXPOSE has no address and no port of the host; that will become an error")

  static func findings(in subject: CheckSubject) -> [Finding] {
    subject.exposedPorts.compactMap { port, range in
      guard port.contains(":") else { return nil }
      return Finding(
        rule, "EXPOSE instruction should not define an IP address or host-port mapping, found '\(port)'", at: range)
    }
  }
}

extension CheckSubject {
  /// The words of each EXPOSE, expanded.
  fileprivate var exposedPorts: [(String, SourceRange)] {
    steps.flatMap { step -> [(String, SourceRange)] in
      guard case .expose = step.instruction.kind else { return [] }
      return step.words.map { ($0, step.instruction.range) }
    }
  }
}
