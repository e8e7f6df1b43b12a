/// What a package manager keeps for its next run is not left in the layer.
enum PackageCacheKept: Check {
  static let rule = CheckRule.own(
    "PackageCacheKept", "The caches of package managers are removed in the RUN that fills them, or are in a cache mount"
  )

  /// A package manager, and what keeps its cache out of a layer.
  private struct Manager {
    let programs: Set<String>
    let verbs: Set<String>
    /// What it leaves behind.
    let leaves: String
    /// Any of these in the same RUN removes or avoids it.
    let removals: [String]
    /// A mount whose target begins or ends so holds it.
    let mounts: [String]
    var setting: String?
    let advice: String
  }

  private static let managers = [
    Manager(
      programs: ["apt", "apt-get"], verbs: ["install", "update", "upgrade", "dist-upgrade"],
      leaves: "the package lists",
      removals: ["/var/lib/apt/lists", "/var/lib/apt/*", "/var/lib/apt/"],
      mounts: ["/var/lib/apt", "/var/lib/apt/lists"],
      advice: "rm -rf /var/lib/apt/lists/* in the same RUN, or --mount=type=cache,target=/var/lib/apt"),
    Manager(
      programs: ["pip", "pip3"], verbs: ["install", "download", "wheel"], leaves: "pip's cache",
      removals: ["--no-cache-dir", "cache purge", "/.cache", "PIP_NO_CACHE_DIR"], mounts: ["/.cache", "/.cache/pip"],
      setting: "PIP_NO_CACHE_DIR", advice: "pip install --no-cache-dir, or --mount=type=cache,target=/root/.cache/pip"),
    Manager(
      programs: ["conda", "mamba", "micromamba"], verbs: ["install", "create", "update", "env"],
      leaves: "conda's packages", removals: ["conda clean", "mamba clean", "/pkgs"], mounts: ["/pkgs"],
      advice: "conda clean --all --yes in the same RUN, or --mount=type=cache,target=/opt/conda/pkgs"),
    Manager(
      programs: ["apk"], verbs: ["add", "update", "upgrade"], leaves: "the package index",
      removals: ["--no-cache", "/var/cache/apk", "/etc/apk/cache"], mounts: ["/var/cache/apk", "/etc/apk/cache"],
      advice: "apk add --no-cache"),
    Manager(
      programs: ["dnf", "microdnf", "yum"], verbs: ["install", "update", "upgrade"], leaves: "the package cache",
      removals: ["clean all", "/var/cache/"], mounts: ["/var/cache/dnf", "/var/cache/yum", "/var/cache/libdnf5"],
      advice: "dnf clean all in the same RUN"),
  ]

  /// The variables that turn a cache off.
  static let settings = managers.compactMap(\.setting)

  static func findings(in subject: CheckSubject) -> [Finding] {
    subject.steps.filter { subject.imageStages.contains($0.stage) && !$0.commands.isEmpty }.flatMap { step in
      let text = step.commands.map { $0.joined(separator: " ") }.joined(separator: "\n") + step.instruction.script
      return managers.compactMap { manager -> Finding? in
        guard let called = step.commands.lazy.compactMap({ call($0, of: manager) }).first,
          !manager.removals.contains(where: text.contains), manager.setting.map(step.settings.contains) != true,
          !step.mounts.contains(where: { mount in manager.mounts.contains { mount == $0 || mount.hasSuffix($0) } })
        else { return nil }
        return Finding(
          rule, "\(called) leaves \(manager.leaves) in the layer: \(manager.advice)", at: step.instruction.range)
      }
    }
  }

  /// The program and its verb, when they fill the manager's cache.
  private static func call(_ words: [String], of manager: Manager) -> String? {
    var words = words[...]
    if let first = words.first, first.contains("python"), words.dropFirst().first == "-m" { words = words.dropFirst(2) }
    guard let program = words.first?.split(separator: "/").last, manager.programs.contains(String(program)),
      let verb = words.dropFirst().first(where: { !$0.hasPrefix("-") }), manager.verbs.contains(verb)
    else { return nil }
    return "\(program) \(verb)"
  }
}

extension Instruction {
  /// What a RUN runs, heredocs included: assignments before its commands are no words of theirs.
  fileprivate var script: String {
    guard case .run(let run) = kind else { return "" }
    return switch run.script {
    case .command(.shell(let text)): text
    case .command(.exec(let arguments)): arguments.joined(separator: " ")
    case .executable(_, let content): content
    }
  }
}
