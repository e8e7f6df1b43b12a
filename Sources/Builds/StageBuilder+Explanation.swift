extension StageBuilder {
  /// Says, where the request wants it, why the step that is being done comes from the cache or does not, and keeps what
  /// went into it, so that the next build can say the same. That it cannot be kept stops nothing.
  mutating func account(for key: StepKey, _ inputs: StepInputs, isCached: Bool) throws {
    let place = place
    let before = try history.key(at: place)
    if isCached {
      explainCached()
    } else if request.explains, let step {
      let reason = try reason(key, inputs, before)
      builder.report(.explained(step: step, isCached: false, reason: reason))
    }
    if before != key {
      try? history.keep(inputs, key, at: place)
      if before != nil || !isCached { changedStep = place.step }
    } else if !isCached {
      changedStep = place.step
    }
  }

  /// Says that the step comes from the cache, where the request wants it.
  func explainCached() {
    guard request.explains, let step else { return }
    builder.report(.explained(step: step, isCached: true, reason: "all that it depends on is as it was"))
  }

  /// Keeps what the stage stands on.
  mutating func accountForBase() throws {
    var hasher = try StepKeyHasher("base of a stage")
    try hasher.begin(.below)
    try hasher.add(key)
    let (key, inputs) = try hasher.finishWithInputs()
    let before = try history.key(at: place)
    if before != key { try? history.keep(inputs, key, at: place) }
    hasNewBase = before != nil && before != key
  }

  private func reason(_ key: StepKey, _ inputs: StepInputs, _ before: StepKey?) throws -> String {
    guard request.usesCache else { return "--no-cache" }
    guard let before, let old = try history.inputs(at: place) else {
      return "there is no record of it: it is built here for the first time, or was pruned"
    }
    if before == key { return "nothing has changed, but its layer is no longer in the cache" }
    let surroundings = StepExplanation.Surroundings(changedStep: changedStep, hasNewBase: hasNewBase)
    return StepExplanation(surroundings: surroundings).firstDifference(from: old, to: inputs)
      ?? "it is done in another way than before"
  }

  private var history: StepHistory { builder.cache.history }

  private var place: StepHistory.Place {
    StepHistory.Place(
      context: request.context.directory, file: request.dockerfile.source.file,
      platform: request.platform.description, stage: stage.index, step: step?.number ?? 0)
  }
}
