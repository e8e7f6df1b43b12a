/// A `chown -R` or `chmod -R` of what an earlier layer brought puts each file into the image a second time.
enum RecursiveOwnership: Check {
  static let rule = CheckRule.own(
    "RecursiveOwnership", "Owner and mode are set where files are made, and not for all of them in a later layer")

  static func findings(in subject: CheckSubject) -> [Finding] {
    var writers: [Writer] = []
    return subject.steps.filter { subject.imageStages.contains($0.stage) }.flatMap { step -> [Finding] in
      defer { writers += Writer.all(in: step) }
      return changes(in: step).compactMap { command, path in
        guard let writer = writers.suffix(1_000).last(where: { $0.wrote(path) }) else { return nil }
        let advice =
          writer.isCopy
          ? "\(writer.name) can do it: \(command == "chmod" ? "--chmod" : "--chown")" : "do it in the same RUN"
        return Finding(
          rule,
          "\(command) -R \(path) puts what \(writer.name) in line \(writer.line) brought into the image a second time; "
            + advice, at: step.instruction.range)
      }
    }
  }

  /// The changes of whole trees in a RUN, with the paths as absolute ones.
  private static func changes(in step: CheckedStep) -> [(command: String, path: String)] {
    var directory = step.directory
    return step.commands.flatMap { words -> [(String, String)] in
      let name = String(words[0].split(separator: "/").last ?? "")
      if name == "cd", words.count == 2 { directory = absolute(words[1], in: directory) }
      guard ["chown", "chmod", "chgrp"].contains(name) else { return [] }
      let options = words.dropFirst().filter { $0.hasPrefix("-") }
      let isRecursive = options.contains { $0 == "--recursive" || (!$0.hasPrefix("--") && $0.contains("R")) }
      let arguments = words.dropFirst().filter { !$0.hasPrefix("-") }.dropFirst()
      return isRecursive ? arguments.map { (name, absolute($0, in: directory)) } : []
    }
  }

  private static func absolute(_ path: String, in directory: String) -> String {
    CleanPath.of(path.hasPrefix("/") ? path : "\(directory)/\(path)")
  }

  /// An instruction that brought files.
  private struct Writer {
    let name: String
    let line: Int
    let isCopy: Bool
    /// Absolute.
    let path: String

    /// Commands that bring no files worth a layer.
    private static let idle: Set<String> = [
      "addgroup", "adduser", "cat", "cd", "chgrp", "chmod", "chown", "echo", "export", "find", "groupadd", "ls",
      "mkdir",
      "rm", "rmdir", "set", "test", "touch", "useradd", "usermod", "[",
    ]

    static func all(in step: CheckedStep) -> [Writer] {
      let (name, line) = (step.instruction.name, step.instruction.location.line)
      if let destination = step.destination {
        return [Writer(name: name, line: line, isCopy: true, path: destination)]
      }
      let words = step.commands.filter { !idle.contains($0[0]) }.flatMap { $0.dropFirst() }
      return words.filter { $0.hasPrefix("/") && $0.count > 1 }.map {
        Writer(name: name, line: line, isCopy: false, path: CleanPath.of($0))
      }
    }

    /// Whether it brought what is at the path, or below it.
    func wrote(_ tree: String) -> Bool {
      guard tree != "/" else { return true }
      return path == tree || path.hasPrefix(tree + "/") || (isCopy && path != "/" && tree.hasPrefix(path + "/"))
    }
  }
}
