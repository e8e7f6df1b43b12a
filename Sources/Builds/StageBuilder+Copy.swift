import Dockerfiles
import Layers
import Native
import OCI

extension StageBuilder {
  /// COPY: files become a layer; the tree below is looked at only without `--link`.
  mutating func copy(_ copy: CopyInstruction, _ instruction: Instruction) async throws -> BuildEvent.Outcome {
    try await bring(
      copy.sources, from: copy.from, chown: copy.chown, chmod: copy.chmod, isLinked: copy.link,
      isPlain: !copy.parents && copy.exclude.isEmpty, instruction)
  }

  /// ADD of local files, which is COPY.
  mutating func add(_ add: AddInstruction, _ instruction: Instruction) async throws -> BuildEvent.Outcome {
    for word in add.sources.paths {
      let path = try expand(word)
      let isRemote = path.contains("://") || path.hasPrefix("git@") || path.hasSuffix(".git")
      let isArchive = path.firstMatch(of: /\.(tar|tgz|tbz2?|txz|tar\.[a-z0-9]+|zip)$/) != nil
      guard !isRemote, !isArchive else {
        throw BuildError(
          code: .unsupported, message: "ADD of \(isRemote ? "an address" : "an archive") is not done by this version",
          hint: isRemote
            ? "fetch it in a RUN, and check its digest there" : "COPY it by RUN --mount=type=bind, and unpack it there")
      }
    }
    return try await bring(
      add.sources, from: nil, chown: add.chown, chmod: add.chmod, isLinked: add.link, isPlain: add.exclude.isEmpty,
      instruction)
  }

  private mutating func bring(
    _ sources: CopySources, from: Word?, chown: Word?, chmod: Word?, isLinked: Bool, isPlain: Bool,
    _ instruction: Instruction
  ) async throws -> BuildEvent.Outcome {
    guard isPlain else {
      throw BuildError(
        code: .unsupported, message: "\(instruction.name) --parents and --exclude are not done by this version",
        hint: "name the files one by one, or leave them out by .dockerignore")
    }
    let written = try expand(sources.destination)
    let paths = try sources.paths.map { try expand($0) }
    let destination = absolute(written) + (written.hasSuffix("/") || written.hasSuffix("/.") ? "/" : "")
    let inline = try sources.files.map { (name: $0.name, content: Array(try expand($0).utf8)) }
    let owner = try chown.map { try expand($0) }
    // A name is looked up in the tree; numbers stand for themselves.
    let ownerIsNumeric = owner.map { $0.allSatisfy { $0.isNumber || $0 == ":" } } ?? true
    let source = paths.isEmpty ? nil : try await self.source(from)
    var step = CopyStep(
      source: source?.copySource, items: [], inline: inline, destination: destination, owner: nil,
      mode: try mode(chmod), isLinked: isLinked, keepsOwners: from != nil)
    if let owner, ownerIsNumeric {
      let identity = try UserDatabase(passwd: "", group: "").identity(of: owner)
      step.owner = (identity.uid, owner.contains(":") ? identity.gid : identity.uid)
    }
    let isAlone = isLinked && ownerIsNumeric
    var hasher = try hasher("copy", onto: isAlone ? nil : key)
    try hasher.add(ownerIsNumeric ? "" : owner ?? "")
    let (unread, stepKey) = try await read(step, paths, hasher)
    step = unread
    addHistory("\(instruction.name) \(paths.joined(separator: " ")) \(written) # buildkit", isEmpty: false)
    if let record = cached(stepKey) {
      try take(record, key: stepKey)
      return .cached
    }
    let below = isAlone ? nil : try await tree.view()
    if let owner, !ownerIsNumeric, let below {
      let identity = try UserDatabase(below).identity(of: owner)
      step.owner = (identity.uid, identity.gid)
    }
    let complete = step
    let entries = try await BlockingPool.shared.run { try complete.entries(onto: isLinked ? nil : below) }
    let record = StepCache.Record(layer: try await writeLayer(entries), instruction: instruction.source)
    try builder.cache.steps.keep(record, for: stepKey)
    try take(record, key: stepKey)
    return .done
  }

  /// Lists the files that the words name, and hashes them.
  private func read(
    _ step: CopyStep, _ paths: [String], _ hasher: consuming StepKeyHasher
  ) async throws -> (CopyStep, StepKey) {
    // The hasher cannot leave this task, so what it has gathered goes on as a key.
    let start = try hasher.finish()
    return try await BlockingPool.shared.run {
      var step = step
      if let source = step.source {
        for word in paths {
          for path in try source.matches(word) {
            let name = LayerPath(word).flatMap { FilePattern.hasWildcard(word) ? nil : $0.name } ?? path.name
            step.items.append(CopyStep.Item(word: word, files: try source.files(at: path), name: name))
          }
        }
      }
      var hasher = try StepKeyHasher("copied files")
      try hasher.add(start)
      try step.addInputs(to: &hasher)
      return (step, try hasher.finish())
    }
  }

  private func mode(_ chmod: Word?) throws -> UInt32? {
    guard let chmod else { return nil }
    let text = try expand(chmod)
    guard let mode = UInt32(text, radix: 8), mode <= 0o7777 else {
      throw BuildError(
        code: .unsupported, message: "--chmod=\(text) is not an octal mode, which is all that this version takes",
        hint: "write --chmod=0644 or the like")
    }
    return mode
  }

  /// Where `--from` leads: the build context, a stage, a named context or an image.
  func source(_ from: Word?) async throws -> TreeSource {
    guard let from else {
      return TreeSource(context: request.context)
    }
    switch try graph.source(of: from) {
    case .stage(let index):
      guard let finished = earlier[index] else { throw BuildError(code: .input, message: "stage \(index) is missing") }
      return try await TreeSource(layers: finished.layers, key: finished.key, name: "stage \(from.text)", builder.cache)
    case .scratch:
      return try await TreeSource(layers: [], key: StepKey(hex: "scratch"), name: "scratch", builder.cache)
    case .image(let name):
      if case .directory(let directory) = request.namedContexts[name] {
        return TreeSource(context: try BuildContext(directory: directory))
      }
      let (base, _) = try await image(named: name, platform: request.platform)
      let key = try base.key ?? BaseKey.make(layers: base.layers)
      return try await TreeSource(layers: base.layers, key: key, name: name, builder.cache)
    }
  }
}
