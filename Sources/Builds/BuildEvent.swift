/// What a build tells while it goes on.
package enum BuildEvent: Sendable, Equatable {
  /// How a step was done.
  package enum Outcome: Sendable, Equatable {
    case cached
    case done
    /// Nothing to do: the step changes the configuration alone.
    case configured
    /// The build ends with an error: this step's own, or one of a stage beside it.
    case failed
  }

  /// A step begins: its number in its stage from 1, how many there are, its text.
  case began(step: Step)
  /// Why a step comes from the cache or does not; only where the request asks for it.
  case explained(step: Step, isCached: Bool, reason: String)
  /// What a RUN wrote, as it came.
  case output(step: Step, bytes: [UInt8])
  /// What a RUN has changed is being packed, while the steps after it go on.
  case packing(step: Step)
  /// A step's layer is in the cache: so many bytes, compressed.
  case packed(step: Step, bytes: Int)
  /// A step has ended, after so many seconds.
  case ended(step: Step, outcome: Outcome, seconds: Double)
  /// Something that the user should know and that stops nothing.
  case warning(String)
}

/// A step of a stage, as people see it.
package struct Step: Sendable, Hashable {
  /// The stage's name, or `stage-N`; nil for the only stage of a Dockerfile, when it has no name.
  package var stage: String?
  package var number: Int
  package var total: Int
  /// The instruction as written; of a FROM, its variables' values in their place.
  package var text: String

  package init(stage: String?, number: Int, total: Int, text: String) {
    self.stage = stage
    self.number = number
    self.total = total
    self.text = text
  }

  /// Such as `[3/20]` or `[builder 3/20]`.
  package var label: String { "[\(stage.map { $0 + " " } ?? "")\(number)/\(total)]" }
}
