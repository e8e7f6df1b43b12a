/// Which fault befalls which request.
package struct FaultSchedule: Sendable {
  /// One fault, for some requests of one kind.
  package struct Rule: Sendable {
    /// Empty for every kind.
    var kinds: Set<RequestKind>
    var fault: Fault
    /// How many requests of these kinds come through before it.
    var skip: Int
    /// How many it befalls.
    var times: Int

    /// - Parameters:
    ///   - fault: what goes wrong.
    ///   - kinds: with which requests; with none named, with all.
    package init(_ fault: Fault, at kinds: RequestKind..., skip: Int = 0, times: Int = 1) {
      self.kinds = Set(kinds)
      self.fault = fault
      self.skip = skip
      self.times = times
    }
  }

  private var rules: [Rule] = []
  private var chance: FaultChance?
  private var counts: [RequestKind: UInt64] = [:]

  /// For each request, the first rule that fits and is not used up.
  package init(_ rules: [Rule] = []) { self.rules = rules }

  /// Faults at random, the same for the same seed: what befalls a request depends on the seed, its kind and how many of
  /// the kind came before it, not on the order of requests of different kinds, which changes from run to run.
  package init(seed: UInt64) { chance = FaultChance(seed: seed) }

  mutating func next(_ kind: RequestKind) -> Fault? {
    let count = counts[kind, default: 0]
    counts[kind] = count + 1
    if let chance { return chance.fault(kind, count) }
    for index in rules.indices where rules[index].kinds.isEmpty || rules[index].kinds.contains(kind) {
      if rules[index].skip > 0 {
        rules[index].skip -= 1
      } else if rules[index].times > 0 {
        rules[index].times -= 1
        return rules[index].fault
      }
    }
    return nil
  }
}
