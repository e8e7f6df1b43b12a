import Dockerfiles
import Layers
import Native
import OCI

extension StageBuilder {
  /// COPY and ADD: they become a layer; the tree below is looked at only without `--link`.
  mutating func copy(_ words: CopyWords, _ instruction: Instruction) async throws -> BuildEvent.Outcome {
    let step = try expand(words)
    let source = step.paths.isEmpty ? nil : try await self.source(words.from)
    addHistory(step.history(of: instruction.name), isEmpty: false)
    // Names of users are looked up in the tree, so that the layer depends on it.
    let isAlone = step.isLinked && (step.chown.map(UserDatabase.isNumeric) ?? true)
    var hasher = try hasher("copy", onto: isAlone ? nil : key)
    try step.addInputs(to: &hasher)
    let own = try hasher.finishWithInputs()

    // Of a stage or an image it is known without a look whether it has changed.
    let named = step.isRemote ? try await remoteKey(of: step, after: own.key) : own.key
    let known = try named.flatMap { named in try source.map { try $0.key.map { try named.joined(with: $0) } } ?? named }
    if let known, let record = try await cached(known, asks: !isAlone) {
      if step.sources.isEmpty { try account(for: own.key, own.inputs, isCached: true) } else { explainCached() }
      try take(record)
      return .cached
    }
    // What it has changed in may be other files than these.
    let opened = try await source?.open(builder.cache)
    let fetched = try await fetch(step)
    defer { fetched.area?.remove() }
    let index = fetched.trees.isEmpty ? try source?.fileIndex(builder.cache) : nil
    let (items, content, inputs) = try await Self.read(step, opened, fetched, after: own, index)
    let kept = try await cached(content, asks: !isAlone)
    try account(for: content, inputs, isCached: kept != nil)
    if let record = kept {
      if let known { try keep(record, for: known) }
      try take(record)
      return .cached
    }
    if items.isEmpty, step.inline.isEmpty {
      builder.report(.warning("\(RemoteAddress.redacted(instruction.source)): nothing matches"))
    }
    let layer = try await write(step, items, isAlone: isAlone)
    let record = StepRecord(
      layer: layer, instruction: RemoteAddress.redacted(instruction.source), isSeen: isAlone ? nil : true)
    for key in Set([known, content].compactMap(\.self)) { try keep(record, for: key) }
    try take(record)
    return .done
  }

  private func expand(_ words: CopyWords) throws -> CopyStep {
    let sources = try words.sources.paths.map { try AddedSource(expand($0), isAdd: words.added != nil) }
    let expander = request.dockerfile.expander
    let inline = try words.sources.files.map { file in
      (name: file.name, content: Array(try expander.expand(file) { variables[$0] }.utf8))
    }
    let written = try expand(words.sources.destination)
    let isFolder = written.hasSuffix("/") || written.hasSuffix("/.") || written == "."
    let destination = absolute(written)
    let chown = try words.chown.map(expand)
    let checksum = try words.added?.checksum.map(expand)
    if checksum != nil {
      let isRemote =
        sources.count == 1 && inline.isEmpty && sources.allSatisfy { if case .path = $0 { false } else { true } }
      guard isRemote else {
        throw BuildError(
          code: .input, message: "--checksum says what one address must give, and \(sources.map(\.text)) is not one",
          hint: "write an ADD for each address, and none for files of the build context")
      }
    }
    return CopyStep(
      sources: sources, inline: inline, destination: isFolder && destination != "/" ? destination + "/" : destination,
      writtenDestination: written, chown: chown?.isEmpty == true ? nil : chown, chmod: try words.chmod.map(mode),
      isLinked: words.isLinked, keepsParents: words.keepsParents, exclude: try words.exclude.map(expand),
      unpacks: words.added.map { ($0.unpacks ?? true, $0.unpacks ?? false) } ?? (false, false), checksum: checksum,
      keepsGitFolder: words.added?.keepsGitFolder ?? false)
  }

  private func mode(_ chmod: Word) throws -> ModeChange {
    let text = try expand(chmod)
    guard let mode = ModeChange(text) else {
      throw BuildError(
        code: .input, message: "--chmod=\(text) is no mode", hint: "write it in octal, as 0644, or as u=rwX,go=rX")
    }
    return mode
  }

  /// Lists the files that the words name, and hashes them.
  static func read(
    _ step: CopyStep, _ source: CopySource?, _ fetched: FetchedSources, after own: (key: StepKey, inputs: StepInputs),
    _ index: FileIndex?
  ) async throws -> ([CopyItem], StepKey, StepInputs) {
    if step.sources.isEmpty { return ([], own.key, own.inputs) }
    let trees = fetched.trees
    return try await BlockingPool.shared.run {
      let items = try step.items(in: source, trees)
      var hasher = try StepKeyHasher("copied files", after: own)
      try CopyItem.addInputs(of: items, to: &hasher, index: index)
      let (key, inputs) = try hasher.finishWithInputs()
      return (items, key, inputs)
    }
  }

  func write(_ step: CopyStep, _ items: [CopyItem], isAlone: Bool) async throws -> Layer {
    let spool = step.unpacks.local || step.unpacks.remote ? try builder.cache.makeWorkArea() : nil
    defer { spool?.remove() }
    let (entries, notices) = try await (isAlone ? StageTree([], cache: builder.cache) : tree).look { below in
      let owner = try step.chown.map { try UserDatabase(below).owner(of: $0) }
      var notices: [String] = []
      let entries = try step.entries(of: items, onto: step.isLinked ? nil : below, owner: owner, spool: spool?.path) {
        notices.append($0)
      }
      return (entries, notices)
    }
    notices.forEach { builder.report(.warning($0)) }
    let layer = try await writeLayer(entries)
    try await BlockingPool.shared.run { try CopyItem.requireUnchanged(items) }
    return layer
  }

  /// Where `from` leads: the build context, a stage, a named context or an image.
  func source(_ from: Word?) async throws -> TreeSource {
    guard let from else { return TreeSource(origin: .folder(request.context), name: "the build context") }
    if case .directory(let directory) = request.namedContexts[from.text] {
      return TreeSource(origin: .folder(try BuildContext(directory: directory)), name: "the build context \(from.text)")
    }
    let source = try graph.source(of: from)
    let (base, _) = try await base(source, platform: request.platform)
    let name = if case .stage = source { "stage \(from.text)" } else { from.text }
    return TreeSource(origin: .layers(base.layers, key: base.key), name: name)
  }
}
