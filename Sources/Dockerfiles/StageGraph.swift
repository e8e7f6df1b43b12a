/// Which stage needs which, with the FROM of each expanded.
package struct StageGraph: Sendable {
  /// What a name in FROM (stages by name only), `COPY --from` or `RUN --mount=from=` stands for.
  package enum Source: Sendable, Hashable {
    case stage(Int)
    /// The empty file system.
    case scratch
    /// An image, or a named build context: which of them is for the builder to say.
    case image(String)
  }

  /// One stage's FROM.
  package struct Base: Sendable, Hashable {
    package let source: Source
    /// As `--platform` says; nil for the target's.
    package let platform: String?
  }

  private let dockerfile: Dockerfile
  /// One a stage, in order.
  package let bases: [Base]
  /// By name, the last of that name.
  private let names: [String: Int]

  /// Expands each FROM by the values of the global arguments (see `globalArguments`).
  ///
  /// - Throws: `.expansion`, also when the name of an image expands to nothing.
  package init(_ dockerfile: Dockerfile, globals: [String: String]) throws(DockerfileError) {
    self.dockerfile = dockerfile
    let expander = dockerfile.expander
    var bases: [Base] = []
    var names: [String: Int] = [:]
    for stage in dockerfile.stages {
      let image = try expander.expand(stage.from.image) { globals[$0] }
      guard !image.isEmpty else {
        throw dockerfile.source.error(
          .expansion, at: stage.from.image.location, "the image '\(stage.from.image.text)' expands to nothing",
          hint: "declare it by ARG before the first FROM with a default, or pass --build-arg")
      }
      let platform = try stage.from.platform.map { word throws(DockerfileError) in
        try expander.expand(word) { globals[$0] }
      }
      let source: Source =
        if let index = names[image.lowercased()] { .stage(index) } else if image == "scratch" { .scratch } else {
          .image(image)
        }
      bases.append(Base(source: source, platform: platform.flatMap { $0.isEmpty ? nil : $0 }))
      if let name = stage.name { names[name] = stage.index }
    }
    self.bases = bases
    self.names = names
  }

  /// The values of the arguments before the first FROM: `--build-arg`, else the default, expanded in order. They begin
  /// with `platform` (see `PredefinedArgs.platformValues`), which `--build-arg` may override too.
  package static func globalArguments(
    of dockerfile: Dockerfile, buildArguments: [String: String], platform: [String: String]
  ) throws(DockerfileError) -> [String: String] {
    let expander = dockerfile.expander
    var values = platform.merging(buildArguments.filter { platform[$0.key] != nil }) { $1 }
    for argument in dockerfile.globalArgs.flatMap(\.arguments) {
      let name = try expander.expand(argument.name) { values[$0] }
      if let given = buildArguments[name] {
        values[name] = given
      } else if let word = argument.value {
        values[name] = try expander.expand(word) { values[$0] }
      }
    }
    return values
  }

  /// The FROM of a stage with the values of its variables, as a progress shows it.
  package func text(ofBaseOf stage: Stage) -> String {
    let base = bases[stage.index]
    let image: String =
      switch base.source {
      case .stage(let index): dockerfile.stages[index].name ?? stage.from.image.text
      case .scratch: "scratch"
      case .image(let name): name
      }
    let platform = base.platform.map { "--platform=\($0) " } ?? ""
    return "FROM \(platform)\(image)" + (stage.name.map { " AS \($0)" } ?? "")
  }

  /// The stage to build: by name or number, ignoring case; the last one when nil or empty.
  ///
  /// - Throws: `.unknownStage`, which lists the stages.
  package func target(_ name: String?) throws(DockerfileError) -> Int {
    guard let name, !name.isEmpty else { return bases.count - 1 }
    if let index = stage(named: name) { return index }
    let names = dockerfile.stages.compactMap(\.name)
    let nearest = NearestName.of(name, among: names).map { "did you mean \($0)? " } ?? ""
    let known = dockerfile.stages.map { $0.name ?? String($0.index) }.joined(separator: ", ")
    throw DockerfileError(
      code: .unknownStage, reason: "there is no stage '\(name)'", file: dockerfile.source.file,
      hint: "\(nearest)the stages are \(known)")
  }

  /// What `COPY --from` or a mount's `from` in the stage `index` stands for.
  ///
  /// - Throws: `.unknownStage` for the number of a stage that is not there.
  package func source(of from: Word) throws(DockerfileError) -> Source {
    if let index = stage(named: from.text) { return .stage(index) }
    if from.text == "scratch" { return .scratch }
    guard from.text.unicodeScalars.allSatisfy(\.isDecimalDigit) else { return .image(from.text) }
    throw dockerfile.source.error(
      .unknownStage, at: from.location, "there is no stage \(from.text)",
      hint: "stages are numbered from 0 to \(bases.count - 1)")
  }

  /// The stages that `target` needs, each after those that it needs itself, so `target` last. A stage whose name is in
  /// `replaced` (a named build context takes its place) is left out.
  ///
  /// - Throws: `.unknownStage`, also for stages that need one another in a circle.
  package func reachable(target: String? = nil, replaced: Set<String> = []) throws(DockerfileError) -> [Int] {
    let target = try self.target(target)
    var ordered: [Int] = []
    var isDone: Set<Int> = []
    var path: [(index: Int, open: ArraySlice<Int>)] = []
    var onPath: Set<Int> = []
    func enter(_ index: Int) throws(DockerfileError) {
      if let name = dockerfile.stages[index].name, replaced.contains(name) { return }
      guard !isDone.contains(index) else { return }
      guard onPath.insert(index).inserted else { throw circle(index) }
      let stages = try dependencies(of: index).compactMap { if case .stage(let stage) = $0 { stage } else { nil } }
      path.append((index, stages[...]))
    }
    try enter(target)
    while let last = path.indices.last {
      if let next = path[last].open.popFirst() {
        try enter(next)
      } else {
        let (index, _) = path.removeLast()
        onPath.remove(index)
        isDone.insert(index)
        ordered.append(index)
      }
    }
    return ordered
  }

  private func circle(_ index: Int) -> DockerfileError {
    let stage = dockerfile.stages[index]
    return dockerfile.source.error(
      .unknownStage, at: stage.range.start, "the stage \(stage.name ?? String(index)) needs itself, by way of others",
      hint: "take away one of the FROM or --from between them")
  }

  /// What the stage is made from: its base first, then what its instructions take files from, each once.
  package func dependencies(of index: Int) throws(DockerfileError) -> [Source] {
    var sources = [bases[index].source]
    var seen = Set(sources)
    for instruction in try triggers(of: index) + dockerfile.stages[index].instructions {
      let froms: [Word] =
        switch instruction.kind {
        case .copy(let copy): [copy.from].compactMap { $0 }
        case .run(let run): run.mounts.compactMap(\.from)
        default: []
        }
      for from in froms {
        let source = try source(of: from)
        if seen.insert(source).inserted { sources.append(source) }
      }
    }
    return sources
  }

  /// The stage, and those that it stands on.
  func bases(of stage: Int) -> Set<Int> {
    var stages: Set<Int> = [stage]
    var current = stage
    while case .stage(let base) = bases[current].source, stages.insert(base).inserted { current = base }
    return stages
  }

  /// What the ONBUILDs of the stage that this one begins from do in it.
  private func triggers(of index: Int) throws(DockerfileError) -> [Instruction] {
    guard case .stage(let base) = bases[index].source else { return [] }
    let texts = dockerfile.stages[base].instructions.compactMap { instruction in
      if case .onbuild(let onbuild) = instruction.kind { onbuild.trigger } else { nil }
    }
    return try Dockerfile.triggers(texts, of: dockerfile.stages[index].from.image.text)
  }

  /// By name, the last of that name; else by number.
  private func stage(named name: String) -> Int? {
    if let index = names[name.lowercased()] { return index }
    guard name.unicodeScalars.allSatisfy(\.isDecimalDigit), let index = Int(name) else { return nil }
    return bases.indices.contains(index) ? index : nil
  }
}
