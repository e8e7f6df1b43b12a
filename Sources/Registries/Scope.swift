/// What a token lets its bearer do in one repository.
///
/// Source: distribution's "Token Scope Documentation".
struct Scope: Hashable, Sendable, CustomStringConvertible {
  enum Action: String, Sendable, Comparable {
    case delete
    case pull
    case push

    static func < (left: Action, right: Action) -> Bool { left.rawValue < right.rawValue }
  }

  var repository: String
  var actions: Set<Action>

  static func pull(_ repository: String) -> Scope { Scope(repository: repository, actions: [.pull]) }
  static func push(_ repository: String) -> Scope { Scope(repository: repository, actions: [.pull, .push]) }

  var description: String {
    "repository:\(repository):" + actions.sorted().map(\.rawValue).joined(separator: ",")
  }

  /// Whether whoever has `scopes` may do all that `self` asks for.
  func isCovered(by scopes: some Sequence<Scope>) -> Bool {
    scopes.contains { $0.repository == repository && $0.actions.isSuperset(of: actions) }
  }
}
