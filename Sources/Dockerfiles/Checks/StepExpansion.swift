/// Expands the words of one instruction, and notes which variables nothing sets.
struct StepExpansion {
  private let expander: WordExpander
  private let state: StageWalk.State
  /// In order, each once.
  private(set) var unset: [String] = []
  private var seen: Set<String> = []

  init(_ expander: WordExpander, _ state: StageWalk.State) {
    self.expander = expander
    self.state = state
  }

  mutating func expand(_ words: [Word]) throws(DockerfileError) {
    for word in words { _ = try text(word) }
  }

  mutating func text(_ word: Word) throws(DockerfileError) -> String {
    try expanded(word, as: .word).text
  }

  /// The same, split at blanks.
  mutating func words(_ word: Word) throws(DockerfileError) -> [String] {
    try expanded(word, as: .word).words
  }

  /// What COPY and ADD bring, and to where.
  mutating func expand(_ sources: CopySources, _ step: inout CheckedStep) throws(DockerfileError) {
    for path in sources.paths { step.words.append(try text(path)) }
    for file in sources.files where file.expand {
      _ = try expanded(file.body, as: .content)
    }
    step.destination = step.absolute(try text(sources.destination))
  }

  /// The commands of a RUN, and the mounts that keep its caches out of the layer.
  mutating func expand(_ run: RunInstruction, _ step: inout CheckedStep) throws(DockerfileError) {
    for mount in run.mounts {
      try expand(mount.options.compactMap(\.value))
      let state = state
      let parsed = try? Mount(mount, expander: expander) { state.variables[$0] ?? "" }
      guard let parsed, parsed.kind == .cache || parsed.kind == .tmpfs, let target = parsed.target else { continue }
      step.mounts.append(step.absolute(target))
    }
    let variables = state.variables
    switch run.script {
    case .command(.shell(let text)): step.commands = ShellCommands.parse(text) { variables[$0] }
    case .command(.exec(let arguments)): step.commands = [arguments]
    case .executable(_, let content):
      let isShell = content.prefix { $0 != "\n" }.contains("sh")
      step.commands = isShell ? ShellCommands.parse(content) { variables[$0] } : []
    }
    step.settings = Set(PackageCacheKept.settings.filter { variables[$0] != nil })
  }

  private mutating func expanded(
    _ word: Word, as mode: WordExpander.Mode
  ) throws(DockerfileError) -> (text: String, words: [String]) {
    // Most words have none, and 100,000 of them are to be quick.
    let variables = state.variables
    let result: (text: String, words: [String], unset: [String])
    do throws(DockerfileError) {
      result = try expander.expandNotingUnset(word, as: mode) { variables[$0] }
    } catch  where !state.isBaseKnown {
      // `${NAME:?}` is no mistake where the base may set the name; what is wrong in itself stays so.
      result = try expander.expandNotingUnset(word, as: mode) { variables[$0] ?? "set" }
    }
    for name in result.unset where counts(name) && seen.insert(name).inserted { unset.append(name) }
    return (result.text, result.words)
  }

  /// Whether it is a mistake that nothing in the file sets the variable.
  private func counts(_ name: String) -> Bool {
    guard !state.variables.isDeclared(name), !PredefinedArgs.proxy.contains(name) else { return false }
    return name.unicodeScalars.first.map { $0 == "_" || $0.properties.isAlphabetic } ?? false
  }
}
