/// The RUNs that a build's stages are doing now, so that two stages with the same step do it once: the second waits, and
/// then finds it in the cache.
actor StepsInProgress {
  private var waiting: [StepKey: [CheckedContinuation<Void, Never>]] = [:]

  /// Waits until nobody else does the step, and begins it.
  func begin(_ key: StepKey) async {
    while waiting[key] != nil {
      await withCheckedContinuation { waiting[key]?.append($0) }
    }
    waiting[key] = []
  }

  /// The step has ended, well or not.
  func end(_ key: StepKey) {
    for one in waiting.removeValue(forKey: key) ?? [] { one.resume() }
  }
}
