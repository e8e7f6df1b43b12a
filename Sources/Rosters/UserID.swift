/// The user ids that a roster may give, and which of them are free.
struct UserID: Sendable {
  /// Debian's range for people is 1000 to 59999 (policy, 9.2.2); the end of it is kept for the hub's own groups.
  static let people = 1000...59_989
  /// Where proposals begin: above the accounts that base images commonly have at 1000.
  private static let firstProposal = 2001

  private var taken: Set<Int>

  init(taken: some Sequence<Int>) {
    self.taken = Set(taken)
  }

  static func check(_ uid: Int) -> String? {
    switch uid {
    case people: nil
    case ..<people.lowerBound: "uid \(uid) is below \(people.lowerBound): those are the system's"
    case .max: "this uid is too large"
    default: "uid \(uid) is above \(people.upperBound): those are kept for the system"
    }
  }

  /// A hint with the id after the highest one in use, or the lowest gap when there is none above; each call proposes
  /// another one.
  mutating func proposal() -> String {
    let highest = taken.filter(Self.people.contains).max() ?? 0
    let next = max(highest + 1, Self.firstProposal)
    let gap = Self.people.contains(next) ? next : Self.people.first { !taken.contains($0) }
    guard let gap else { return "every uid is in use" }
    taken.insert(gap)
    return "the next free uid is \(gap)"
  }
}
